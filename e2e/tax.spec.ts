import { expect, test } from './fixtures.ts'

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
    test.use({ javaScriptEnabled })

    test('where tax makes it another sum it is shown before anything is ordered, and a second press places it', async ({
      shopper,
      backstage,
    }) => {
      const { page } = shopper
      const standard = page.getByRole('radio', { name: /^Standard/ })
      await shopper.addToCart('potting-scoop')
      await shopper.goToCheckout()
      await expect(standard).toHaveAccessibleName(/€4\.90, in all €23\.80, of it €4\.45 tax/)
      await shopper.fillIn()
      await page.getByLabel('Country').selectOption('Switzerland')
      await shopper.placeOrder()

      await expect(shopper.alert).toContainText('the order comes to €25.73. Nothing was ordered')
      await expect(page.getByLabel('Country')).toHaveValue('CH')
      await expect(page.getByLabel('Name', { exact: true })).toHaveValue('Ann Field')
      await expect(page.getByRole('main')).toContainText('This is what it comes to in Switzerland.')
      await expect(standard).toHaveAccessibleName(/€4\.90, in all €25\.73, with €1\.93 tax on top/)
      await shopper.placeOrder()
      await shopper.seesOrderState('CONFIRMED')
      expect(await backstage.charges(await shopper.orderId())).toEqual([25_73])
      await expect(page.getByRole('region', { name: 'What you ordered' })).toContainText('Tax€1.93Total€25.73')
    })
  })
}

test('in a country whose tax is in the prices the sum is the same, and one press places it', async ({ shopper, backstage }) => {
  await shopper.addToCart('potting-scoop')
  await shopper.goToCheckout()
  await shopper.fillIn()
  await shopper.page.getByLabel('Country').selectOption('Germany')
  await shopper.placeOrder()
  await shopper.seesOrderState('CONFIRMED')
  expect(await backstage.charges(await shopper.orderId())).toEqual([23_80])
  await expect(shopper.page.getByRole('region', { name: 'What you ordered' })).toContainText('Total€23.80of it tax€3.80')
})
