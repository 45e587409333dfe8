import { sku } from '#/domain/sku.ts'
import { expect, test } from './fixtures.ts'

const UNIT = sku('LION')

test('of two shoppers who race for the last unit one gets it, and the other is told "sold out" and keeps the cart', async ({
  newShopper,
  merchant,
  backstage,
}) => {
  await merchant.offer(UNIT, 1)
  const shoppers = [await newShopper(), await newShopper()]
  for (const shopper of shoppers) {
    await shopper.addToCart('stone-guardian-lion')
    await shopper.goToCheckout()
    await shopper.fillIn()
  }
  await Promise.all(shoppers.map((shopper) => shopper.placeOrder()))
  for (const { order, alert } of shoppers) await expect(order.or(alert)).toBeVisible()
  const bought = await Promise.all(shoppers.map(({ order }) => order.isVisible()))
  expect(bought.toSorted()).toEqual([false, true])

  for (const [i, shopper] of shoppers.entries()) {
    if (bought[i]) {
      await shopper.seesOrderState('CONFIRMED')
      expect(await backstage.charges(await shopper.orderId())).toHaveLength(1)
    } else {
      await expect(shopper.alert).toContainText('sold out')
      await expect(shopper.page.getByRole('link', { name: 'Cart (1)' })).toBeVisible()
    }
  }
  expect(await merchant.available(UNIT)).toBe(0)
  await expect.poll(() => backstage.violations()).toEqual([])
})
