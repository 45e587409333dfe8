import { expect, test } from './fixtures.ts'

const CARD = 'Visa ending 3184 (its bank asks first)'

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
    test.use({ javaScriptEnabled })

    test('a bank that asks: there, confirmed, back, and the order is confirmed', async ({ shopper, backstage }) => {
      const { page, title } = shopper
      const orderId = await shopper.buy('hanging-bamboo-basket', { card: CARD })
      await shopper.seesOrderState('ACTION_REQUIRED')
      await expect(title).toHaveText('Your bank asks you to confirm')
      await expect(shopper.standing).toContainText(/You were not charged yet.*We keep your items until \d\d:\d\d/)
      expect(await backstage.charges(orderId)).toEqual([])

      await page.getByRole('link', { name: 'Continue to your bank' }).click()
      await page.getByRole('button', { name: 'Confirm payment' }).click()
      await shopper.seesOrderState('CONFIRMED')
      expect(await shopper.orderId()).toBe(orderId)
      expect(page.url()).not.toContain('payment_intent')
      expect(await backstage.charges(orderId)).toHaveLength(1)
      await expect.poll(() => backstage.violations()).toEqual([])
    })

    test('refused at the bank: the order says so, and another card pays', async ({ shopper, backstage }) => {
      const { page } = shopper
      const orderId = await shopper.buy('hanging-bamboo-basket', { card: CARD })
      await page.getByRole('link', { name: 'Continue to your bank' }).click()
      await page.getByRole('button', { name: 'Refuse' }).click()
      await shopper.seesOrderState('DECLINED')
      await expect(shopper.standing).toContainText('Your bank did not get your confirmation. You were not charged.')
      await page.getByLabel('Another test card').selectOption('Visa ending 4242')
      await page.getByRole('button', { name: 'Pay with this card' }).click()
      await shopper.seesOrderState('CONFIRMED')
      expect(await backstage.charges(orderId)).toHaveLength(1)
    })
  })
}

test('confirmed in another tab, the first one follows by itself', async ({ shopper, backstage }) => {
  const { page } = shopper
  const orderId = await shopper.buy('hanging-bamboo-basket', { card: CARD })
  const bank = await page.getByRole('link', { name: 'Continue to your bank' }).getAttribute('href')
  const other = await page.context().newPage()
  await other.goto(bank ?? '')
  await other.getByRole('button', { name: 'Confirm payment' }).click()
  await shopper.seesOrderState('CONFIRMED')
  await expect(other.locator('main[data-order-state=CONFIRMED]')).toBeVisible()
  expect(await backstage.charges(orderId)).toHaveLength(1)
})

test.describe('a page of the bank that is over', () => {
  test.use({ expectedComplaints: /status of 409 .*_local\/bank/ })

  test('another card instead of the step pays, and the page of the bank that was left open charges nothing more', async ({
    shopper,
    backstage,
  }) => {
    const { page } = shopper
    const orderId = await shopper.buy('hanging-bamboo-basket', { card: CARD })
    const bank = await page.getByRole('link', { name: 'Continue to your bank' }).getAttribute('href')
    const other = await page.context().newPage()
    await other.goto(bank ?? '')
    await page.getByLabel('Another test card').selectOption('Visa ending 4242')
    await page.getByRole('button', { name: 'Pay with this card' }).click()
    await shopper.seesOrderState('CONFIRMED')
    await other.reload()
    await expect(other.getByRole('heading', { level: 1 })).toHaveText('This payment is confirmed already')
    await other.getByRole('link', { name: 'Back to the shop' }).click()
    await expect(other.locator('main[data-order-state=CONFIRMED]')).toBeVisible()
    expect(await backstage.charges(orderId)).toHaveLength(1)
  })
})

test('the way back from the bank opens no order of somebody else, and its query is not believed', async ({ shopper, newShopper }) => {
  const orderId = await shopper.buy('hanging-bamboo-basket', { card: CARD })
  await shopper.seesOrderState('ACTION_REQUIRED')
  await shopper.page.goto(`/orders/${orderId}/return?payment_intent=pi_made_up&redirect_status=succeeded`)
  await expect(shopper.standing).toContainText('You are back from your bank')
  await shopper.seesOrderState('ACTION_REQUIRED')
  const stranger = await newShopper()
  const refused = await stranger.page.request.get(`/orders/${orderId}/return`, { maxRedirects: 0 })
  expect(refused.status()).toBe(404)
})
