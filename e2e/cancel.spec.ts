import { orderNumber } from '#/domain/order-number.ts'
import { expect, test } from './fixtures.ts'
import { ADDRESS } from './shopper.ts'

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
    test.use({ javaScriptEnabled })
    test.afterEach(({ backstage }) => backstage.desk.workAgain())

    for (const [state, card] of [
      ['DECLINED', 'Visa ending 0002 (is declined)'],
      ['ACTION_REQUIRED', 'Visa ending 3184 (its bank asks first)'],
    ] as const) {
      test(`cancelled while ${state}: the page says that we are at it, then that it is done, and the items may be bought again`, async ({
        shopper,
        backstage,
      }) => {
        const { page, title } = shopper
        const orderId = await shopper.buy('hanging-bamboo-basket', { card })
        await shopper.seesOrderState(state)
        await backstage.desk.goWrong({ match: { operation: 'payment_intents.cancel' }, drop: 'before' })
        await page.getByRole('button', { name: 'Cancel this order' }).click()
        await expect(title).toHaveText('We are cancelling your order')
        await expect(page.getByRole('button', { name: 'Pay with this card' })).toHaveCount(0)
        await backstage.desk.workAgain()
        await shopper.seesOrderState('CANCELLED')
        await expect(shopper.standing).toContainText('As you asked.')
        expect(await backstage.charges(orderId)).toEqual([])
        await expect.poll(() => backstage.mails(ADDRESS['E-mail'], orderNumber(orderId))).toHaveLength(1)
        expect((await backstage.mails(ADDRESS['E-mail'], orderNumber(orderId)))[0]).toContain('As you asked')
        await page.getByRole('button', { name: 'Put the items back into the cart' }).click()
        await expect(title).toHaveText('Cart')
        await expect.poll(() => backstage.violations()).toEqual([])
      })
    }

    test('a payment that is faster than the wish to cancel stands, and the page says so', async ({ shopper, backstage }) => {
      const { page } = shopper
      // It is charged, and nobody hears of it.
      await backstage.desk.goWrong(
        { match: { operation: 'payment_intents.confirm' }, drop: 'after' },
        { match: { operation: 'payment_intents.retrieve' }, drop: 'before' },
      )
      const orderId = await shopper.buy('hanging-bamboo-basket')
      await shopper.seesOrderState('PAYING')
      await expect.poll(() => backstage.charges(orderId)).toHaveLength(1)
      await page.getByRole('button', { name: 'Cancel this order' }).click()
      await expect(shopper.title).toHaveText('We are cancelling your order')
      await backstage.desk.workAgain()
      await shopper.seesOrderState('CONFIRMED')
      await expect(shopper.standing).toContainText('Your payment was faster than your wish to cancel, so the order stands.')
      await expect(page.getByRole('button', { name: 'Cancel this order' })).toHaveCount(0)
      expect(await backstage.charges(orderId)).toHaveLength(1)
    })
  })
}
