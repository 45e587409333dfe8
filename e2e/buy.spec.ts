import { orderNumber } from '#/domain/order-number.ts'
import { expect, test } from './fixtures.ts'

test('a guest buys: from the home page to a receipt, and the order page follows along without a reload', async ({ shopper, backstage }) => {
  const { page, title } = shopper
  await page.goto('/')
  await page.getByRole('navigation', { name: 'Categories' }).getByRole('link', { name: 'Computers' }).click()
  await expect(title).toHaveText('Computers')
  await page.getByRole('main').getByRole('link', { name: 'mouse' }).click()
  await expect(title).toContainText('mouse')
  await page.getByRole('button', { name: 'Add to cart' }).click()
  await shopper.seesCart()
  await page.getByRole('link', { name: 'Checkout' }).click()
  await expect(title).toHaveText('Checkout')
  await shopper.fillIn({ 'E-mail': 'guest@example.com' })

  const letIntakeGo = await backstage.holdIntake()
  await shopper.placeOrder()
  await expect(title).toHaveText('Order received')
  await page.evaluate(() => Object.assign(window, { stillTheSamePage: true }))
  await letIntakeGo()
  await shopper.seesOrderState('CONFIRMED')
  await expect(title).toHaveText('Order confirmed')
  expect(await page.evaluate(() => 'stillTheSamePage' in window)).toBe(true)

  const orderId = await shopper.orderId()
  expect(await backstage.charges(orderId)).toHaveLength(1)
  await expect.poll(() => backstage.mails('guest@example.com', orderNumber(orderId))).toHaveLength(1)
  await expect(page.getByRole('link', { name: 'Cart' })).toHaveText('Cart')
})

test('the link in the receipt opens the order in any browser; without it nobody sees it', async ({ shopper, newShopper, backstage }) => {
  const orderId = await shopper.buy('cordless-mouse')
  await shopper.seesOrderState('CONFIRMED')
  const path = `/orders/${orderId}`

  const stranger = await newShopper()
  const refused = await stranger.page.request.get(path)
  expect(refused.status()).toBe(404)
  expect(await refused.text()).not.toContain('Long Road')

  const mails = () => backstage.mails('ann@example.com', orderNumber(orderId))
  await expect.poll(mails).toHaveLength(1)
  const [mail = ''] = await mails()
  const [link = ''] = /http\S+\/orders\/\S+/.exec(mail) ?? []
  await stranger.page.goto(link)
  await stranger.seesOrderState('CONFIRMED')
  // The key is not in the address that a person copies.
  await expect(stranger.page).toHaveURL(path)
})
