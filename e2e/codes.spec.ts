import { orderNumber } from '#/domain/order-number.ts'
import { expect, test } from './fixtures.ts'
import type { Shopper } from './shopper.ts'

async function enterCode({ page }: Shopper, code: string): Promise<void> {
  await page.getByLabel('Discount code').fill(code)
  await page.getByRole('button', { name: 'Apply' }).click()
}

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
    test.use({ javaScriptEnabled })

    test('a code is entered, told at every step, paid with, and gone from the next cart', async ({ shopper, backstage }) => {
      const { page } = shopper
      const email = `codes-${javaScriptEnabled}@example.com`
      await shopper.addToCart('mechanical-keyboard')
      await page.goto('/cart')
      const main = page.getByRole('main')
      await enterCode(shopper, ' welcome10 ')
      await expect(main).toContainText('WELCOME10: 10 % off.')
      await expect(main).toContainText('Discount, WELCOME10')
      const [, cents = ''] = /in all €([\d,]+\.\d\d)/.exec((await main.textContent()) ?? '') ?? []
      const totalMinor = Number(cents.replace(/[.,]/g, ''))

      await page.getByRole('link', { name: 'Checkout' }).click()
      await expect(page.getByRole('region', { name: 'What you are ordering' })).toContainText('Discount, WELCOME10')
      await expect(page.getByRole('radio', { name: /^Standard/ })).toHaveAccessibleName(new RegExp(`in all €${cents}`))
      await shopper.fillIn({ 'E-mail': email })
      await shopper.placeOrder()
      await shopper.seesOrderState('CONFIRMED')
      const orderId = await shopper.orderId()
      await expect(page.getByRole('region', { name: 'What you ordered' })).toContainText(`Total€${cents}`)
      expect(await backstage.charges(orderId)).toEqual([totalMinor])
      await expect.poll(async () => (await backstage.mails(email, orderNumber(orderId)))[0]).toContain('Discount, WELCOME10')

      await shopper.addToCart('mechanical-keyboard')
      await expect(page.getByLabel('Discount code')).toHaveValue('')
    })

    test('a code that does not apply yet waits in the cart, says what it needs, and applies once that is there', async ({ shopper }) => {
      const { page } = shopper
      const main = page.getByRole('main')
      await shopper.addToCart('cactus-in-clay-pot', { variant: '10 cm' })
      await enterCode(shopper, 'FREESHIP')
      await expect(main).toContainText('The code FREESHIP is for goods of €50.00 or more. So far it takes nothing off.')
      await page.getByRole('link', { name: 'Checkout' }).click()
      await expect(main).toContainText('So far it takes nothing off.')
      await page.getByRole('link', { name: 'Change the cart' }).click()
      await page.getByLabel('Quantity of').fill('3')
      await page.getByRole('button', { name: 'Update' }).click()
      await expect(main).toContainText('FREESHIP: delivery is free.')
      await expect(main).toContainText('free, in all €58.50')

      await page.getByRole('button', { name: 'Remove the code' }).click()
      await expect(main).toContainText('€4.90, in all €63.40')
      await expect(page.getByLabel('Discount code')).toBeVisible()
    })

    test('a wrong code is told in plain words and changes nothing', async ({ shopper }) => {
      await shopper.addToCart('cordless-mouse')
      await enterCode(shopper, 'NEVER-WAS')
      await expect(shopper.alert).toHaveText('We do not know that code. Please look at how it is spelled.')
      await expect(shopper.page.getByLabel('Discount code')).toBeVisible()
    })
  })
}

test('a code for other things says so, and takes its amount off what it is for', async ({ shopper }) => {
  const main = shopper.page.getByRole('main')
  await shopper.addToCart('cordless-mouse')
  await enterCode(shopper, 'GREEN5')
  await expect(main).toContainText('The code GREEN5 is for other things than these.')
  await shopper.addToCart('aloe-in-white-pot')
  await expect(main).toContainText('GREEN5: €5.00 off what it is for.')
})

test('a code that ends while the checkout is open is told by its name; the page then sells at the price that it shows', async ({
  shopper,
  merchant,
  backstage,
}) => {
  await merchant.putCode('LASTCALL', 5000)
  await shopper.addToCart('orchid-two-stems')
  await enterCode(shopper, 'LASTCALL')
  await shopper.goToCheckout()
  await expect(shopper.page.getByRole('main')).toContainText('Discount, LASTCALL')
  await shopper.fillIn()
  await merchant.endCode('LASTCALL')
  await shopper.placeOrder()
  await expect(shopper.alert).toContainText('The code LASTCALL has changed or ended since the page was shown. Nothing was ordered')
  await expect(shopper.page.getByRole('main')).toContainText('The code LASTCALL has ended. It takes nothing off.')
  await shopper.placeOrder()
  await shopper.seesOrderState('CONFIRMED')
  expect(await backstage.charges(await shopper.orderId())).toEqual([36_90])
})

test('who guesses codes is slowed down, and keeps the cart', async ({ shopper }) => {
  const { page } = shopper
  await shopper.addToCart('cordless-mouse')
  const statuses: number[] = []
  for (let n = 0; n < 16; n += 1) {
    const answer = await page.request.post('/cart/code', { form: { code: `GUESS-${n}` }, headers: { origin: new URL(page.url()).origin } })
    statuses.push(answer.status())
  }
  expect(statuses.slice(0, 10)).toEqual(Array(10).fill(200))
  expect(statuses).toContain(429)
  await page.goto('/cart')
  await expect(page.getByRole('main').getByRole('listitem')).toHaveCount(1)
})

test('a notice that is none of ours is no notice', async ({ shopper }) => {
  await shopper.addToCart('cordless-mouse')
  for (const notice of ['constructor', '__proto__', 'toString']) {
    await shopper.page.goto(`/cart?notice=${notice}`)
    await expect(shopper.title).toHaveText('Cart')
    await expect(shopper.alert).toHaveCount(0)
  }
})

test('a limit per customer is told on the product page and in the cart', async ({ shopper }) => {
  await shopper.page.goto('/p/press-camera-with-flash')
  await expect(shopper.page.getByRole('main')).toContainText('At most 1 per customer.')
  await expect(shopper.page.getByLabel('Quantity')).toHaveAttribute('max', '1')
  for (let press = 0; press < 2; press += 1) await shopper.addToCart('press-camera-with-flash')
  await expect(shopper.page.getByLabel('Quantity of')).toHaveAttribute('max', '1')
})
