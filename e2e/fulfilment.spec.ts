import { orderNumber } from '#/domain/order-number.ts'
import { expect, test } from './fixtures.ts'
import { orders, sendAndRefundPart } from './merchant-desk.ts'
import { ADDRESS } from './shopper.ts'

// A page that is loaded anew and then looked at for seconds.
test.use({ expectedComplaints: /was preloaded using link preload but not used/ })

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
    test.use({ javaScriptEnabled })

    test('the page of an order shows its parcel with tracking and the money that goes back, and a mail tells of each', async ({
      shopper,
      backstage,
    }) => {
      const { page } = shopper
      const orderId = await shopper.buy('hanging-bamboo-basket')
      await shopper.seesOrderState('CONFIRMED')
      await expect(page.getByRole('region', { name: 'Parcels' })).toHaveCount(0)

      await sendAndRefundPart(shopper, orderId)
      await expect(page.getByRole('region', { name: 'Parcels' })).toContainText('An Post, CE123456789IE')
      const mails = () => backstage.mails(ADDRESS['E-mail'], orderNumber(orderId))
      await expect.poll(mails).toHaveLength(3)
      expect((await mails()).filter((text) => text.includes('CE123456789IE'))).toHaveLength(1)
      expect((await mails()).filter((text) => text.includes('€1.50'))).toHaveLength(1)

      await orders('refund', orderId)
      await expect(async () => {
        await page.reload()
        await expect(page.locator('[data-order-state=REFUNDED]')).toBeVisible({ timeout: 500 })
      }).toPass()
      await expect(page.locator('[data-refund-state=SUCCEEDED]')).toHaveCount(2)
      await expect.poll(() => backstage.violations()).toEqual([])
    })
  })
}
