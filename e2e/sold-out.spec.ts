import { sku } from '#/domain/sku.ts'
import { expect, test } from './fixtures.ts'

test('a product without stock says so, live', async ({ shopper }) => {
  await shopper.page.goto('/p/tulips-in-yellow-pot')
  await expect(shopper.page.getByRole('status')).toHaveText('Sold out')
})

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
    test.use({ javaScriptEnabled })

    test('what sold out since it went into the cart is told at the checkout; cart and typed words are kept', async ({
      shopper,
      merchant,
    }) => {
      const { page } = shopper
      await merchant.offer(sku('SCOOP'), 3)
      await shopper.addToCart('potting-scoop', { quantity: 3 })
      await shopper.goToCheckout()
      await shopper.fillIn()
      await merchant.offer(sku('SCOOP'), 1)
      await shopper.placeOrder()
      await expect(shopper.alert).toContainText('only 1 left')
      await expect(shopper.alert).toContainText('Nothing was ordered or charged')
      await expect(page.getByLabel('Name', { exact: true })).toHaveValue('Ann Field')

      await merchant.offer(sku('SCOOP'), 0)
      await shopper.placeOrder()
      await expect(shopper.alert).toContainText('sold out')

      await page.getByRole('link', { name: 'Change the cart' }).click()
      await expect(page.getByRole('main')).toContainText('Sold out.')
      await expect(page.getByLabel('Quantity of')).toHaveValue('3')
    })
  })
}
