import { expect, test } from './fixtures.ts'

test.use({ javaScriptEnabled: false })

test('a guest buys without JavaScript: plain links and forms, and the order page reloads itself until it is final', async ({
  shopper,
  backstage,
}) => {
  const { page, title } = shopper
  await page.goto('/')
  await page.getByRole('link', { name: 'Plants' }).click()
  await page.getByRole('main').getByRole('link', { name: 'Aloe' }).click()
  await page.getByRole('button', { name: 'Add to cart' }).click()
  await page.getByRole('link', { name: 'Checkout' }).click()
  await expect(title).toHaveText('Checkout')
  await shopper.fillIn()

  const letIntakeGo = await backstage.holdIntake()
  await shopper.placeOrder()
  await expect(title).toHaveText('Order received')
  await expect(page.locator('meta[http-equiv=refresh]')).toHaveCount(1)
  await letIntakeGo()
  await shopper.seesOrderState('CONFIRMED')
  await expect(page.locator('meta[http-equiv=refresh]')).toHaveCount(0)
  expect(await backstage.charges(await shopper.orderId())).toHaveLength(1)
})

test('what is wrong with a form is said beside the field, and what was typed is kept', async ({ shopper }) => {
  await shopper.addToCart('aloe-in-white-pot')
  await shopper.goToCheckout()
  await shopper.fillIn({ 'E-mail': 'ann@example', Postcode: ' ' })
  await shopper.placeOrder()
  await expect(shopper.alert).toContainText('Nothing was ordered yet')
  await expect(shopper.page.getByLabel('E-mail')).toHaveAccessibleDescription('This does not look like an e-mail address.')
  await expect(shopper.page.getByLabel('Postcode')).toHaveAccessibleDescription('Please tell us the postcode.')
  await expect(shopper.page.getByLabel('E-mail')).toHaveValue('ann@example')
  await expect(shopper.page.getByLabel('Name', { exact: true })).toHaveValue('Ann Field')
})
