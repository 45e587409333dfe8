import { expect, test } from './fixtures.ts'

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
    test.use({ javaScriptEnabled })

    test('a declined card: the reason, how long the items are kept, and another card pays', async ({ shopper, backstage }) => {
      const { page, title } = shopper
      const orderId = await shopper.buy('hanging-bamboo-basket', { card: 'Visa ending 9995 (has no funds)' })
      await shopper.seesOrderState('DECLINED')
      await expect(title).toHaveText('Your card was declined')
      await expect(shopper.standing).toContainText('There was not enough money on it. You were not charged.')
      await expect(shopper.standing).toContainText(/We keep your items until \d\d:\d\d/)
      const keptUntil = (await shopper.standing.locator('time').getAttribute('datetime')) ?? ''
      expect(Date.parse(keptUntil) - Date.now()).toBeGreaterThan(10 * 60_000)
      expect(Date.parse(keptUntil) - Date.now()).toBeLessThanOrEqual(15 * 60_000)
      expect(await backstage.charges(orderId)).toEqual([])

      await page.getByLabel('Another test card').selectOption('Mastercard ending 4444')
      await page.getByRole('button', { name: 'Pay with this card' }).click()
      await shopper.seesOrderState('CONFIRMED')
      expect(await backstage.charges(orderId)).toHaveLength(1)
      await expect.poll(() => backstage.violations()).toEqual([])
    })

    test('a card that is declined twice may be tried a third time', async ({ shopper, backstage }) => {
      const { page } = shopper
      const orderId = await shopper.buy('hanging-bamboo-basket', { card: 'Visa ending 0002 (is declined)' })
      await shopper.seesOrderState('DECLINED')
      await page.getByLabel('Another test card').selectOption('Visa ending 9995 (has no funds)')
      await page.getByRole('button', { name: 'Pay with this card' }).click()
      await expect(shopper.standing).toContainText('There was not enough money on it.')
      await page.getByLabel('Another test card').selectOption('Visa ending 4242')
      await page.getByRole('button', { name: 'Pay with this card' }).click()
      await shopper.seesOrderState('CONFIRMED')
      expect(await backstage.charges(orderId)).toHaveLength(1)
    })
  })
}
