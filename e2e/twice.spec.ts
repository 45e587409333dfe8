import { sku } from '#/domain/sku.ts'
import { expect, test } from './fixtures.ts'
import { Shopper } from './shopper.ts'

const UNIT = sku('SUCCSET')
const SLUG = 'eight-small-succulents'

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
    test.use({ javaScriptEnabled })

    test.beforeEach(async ({ merchant, shopper }) => {
      await merchant.offer(UNIT, 10)
      await shopper.addToCart(SLUG)
      await shopper.goToCheckout()
    })

    test.afterEach('one order, one charge, one unit sold', async ({ merchant, shopper, backstage }) => {
      await shopper.seesOrderState('CONFIRMED')
      expect(await backstage.charges(await shopper.orderId())).toHaveLength(1)
      expect(await merchant.available(UNIT)).toBe(9)
      await expect.poll(() => backstage.violations()).toEqual([])
    })

    test('a double click on "Place order" is one order', async ({ shopper }) => {
      await shopper.fillIn()
      await shopper.page.getByRole('button', { name: 'Place order' }).dblclick()
      await shopper.orderId()
    })

    test('the same checkout from two tabs is one order', async ({ shopper, context }) => {
      const otherTab = new Shopper(await context.newPage())
      await otherTab.goToCheckout()
      await otherTab.fillIn()
      await shopper.fillIn()
      await shopper.placeOrder()
      const orderId = await shopper.orderId()
      await otherTab.placeOrder()
      expect(await otherTab.orderId()).toBe(orderId)
    })

    test('Back to the checkout after ordering offers nothing to order twice', async ({ shopper }) => {
      await shopper.fillIn()
      await shopper.placeOrder()
      await shopper.orderId()
      await shopper.page.goBack()
      await expect(shopper.title).toHaveText('There is nothing to check out')
      await shopper.page.goForward()
    })

    test('the same checkout with other content is no second order: it is told so, with a link to the first', async ({
      shopper,
      context,
    }) => {
      const otherTab = new Shopper(await context.newPage())
      await otherTab.goToCheckout()
      await otherTab.fillIn({ 'Street and number': '2 Short Road' })
      await shopper.fillIn()
      await shopper.placeOrder()
      const orderId = await shopper.orderId()
      await otherTab.placeOrder()
      await expect(otherTab.alert).toContainText('You placed an order from that checkout before')
      await otherTab.page.getByRole('link', { name: 'See that order' }).click()
      expect(await otherTab.orderId()).toBe(orderId)
      await expect(otherTab.page.getByText('1 Long Road')).toBeVisible()
    })
  })
}
