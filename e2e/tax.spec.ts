import { expect, test } from './fixtures.ts'

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false })

  test('where tax makes it another sum it is shown before anything is ordered, and a second press places it', async ({
    shopper,
    backstage,
  }) => {
    const { page } = shopper
    const standard = page.getByRole('radio', { name: /^Standard/ })
    await shopper.addToCart('orchid-two-stems')
    await shopper.goToCheckout()
    await expect(standard).toHaveAccessibleName(/€4\.90, in all €36\.90, including €6\.90 tax/)
    await shopper.fillIn()
    await page.getByLabel('Country').selectOption('Switzerland')
    await shopper.placeOrder()

    await expect(shopper.alert).toContainText('the order comes to €39.89. Nothing was ordered')
    await expect(page.getByLabel('Country')).toHaveValue('CH')
    await expect(page.getByLabel('Name', { exact: true })).toHaveValue('Ann Field')
    await expect(page.getByRole('main')).toContainText('This is what it comes to in Switzerland.')
    await expect(standard).toHaveAccessibleName(/€4\.90, in all €39\.89, including €2\.99 added tax/)
    await shopper.placeOrder()
    await shopper.seesOrderState('CONFIRMED')
    expect(await backstage.charges(await shopper.orderId())).toEqual([39_89])
    await expect(page.getByRole('region', { name: 'What you ordered' })).toContainText('Tax added€2.99Total€39.89')
  })
})

test('in a country whose tax is in the prices the sum is the same, and one press places it', async ({ shopper, backstage }) => {
  await shopper.addToCart('orchid-two-stems')
  await shopper.goToCheckout()
  await shopper.fillIn()
  await shopper.page.getByLabel('Country').selectOption('Germany')
  await shopper.placeOrder()
  await shopper.seesOrderState('CONFIRMED')
  expect(await backstage.charges(await shopper.orderId())).toEqual([36_90])
  await expect(shopper.page.getByRole('region', { name: 'What you ordered' })).toContainText('Total€36.90Tax included€5.89')
})
