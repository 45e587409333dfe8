import { expect, test } from './fixtures.ts'

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
    test.use({ javaScriptEnabled })
    test.afterEach(({ backstage }) => backstage.desk.workAgain())

    test('while the payment service does not answer the page says so, and that items are kept; then the order is paid by itself', async ({
      shopper,
      backstage,
    }) => {
      const { alert } = shopper
      await backstage.desk.goWrong(
        { match: { operation: 'payment_intents.confirm' }, drop: 'before' },
        { match: { operation: 'payment_intents.retrieve' }, drop: 'before' },
      )
      const orderId = await shopper.buy('hanging-bamboo-basket')
      await expect(alert).toContainText(/The payment service is not answering.*keep your items until \d\d:\d\d/)
      await shopper.seesOrderState('PAYING')
      await backstage.desk.workAgain()
      await expect(shopper.order).toHaveAttribute('data-order-state', 'CONFIRMED', { timeout: 40_000 })
      await expect(alert).toHaveCount(0)
      expect(await backstage.charges(orderId)).toHaveLength(1)
    })
  })
}
