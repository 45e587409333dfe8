import { expect, test } from './fixtures.ts'

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
    test.use({ javaScriptEnabled })

    test('lines of one SKU merge; quantities change; a line can be removed; the header counts along', async ({ shopper }) => {
      const { page } = shopper
      const lines = page.getByRole('main').getByRole('listitem')
      await shopper.addToCart('football', { variant: '4', quantity: 2 })
      await shopper.addToCart('football', { variant: '4' })
      await shopper.addToCart('basketball', { variant: '7' })
      await expect(lines).toHaveCount(2)
      await expect(page.getByLabel('Quantity of Football')).toHaveValue('3')
      await expect(page.getByRole('link', { name: 'Cart (4)' })).toBeVisible()

      await page.getByLabel('Quantity of Football').fill('1')
      await lines.filter({ hasText: 'Football' }).getByRole('button', { name: 'Update' }).click()
      await expect(page.getByRole('link', { name: 'Cart (2)' })).toBeVisible()
      await page.getByRole('button', { name: 'Remove Basketball' }).click()
      await expect(lines).toHaveCount(1)
      await page.getByRole('button', { name: 'Remove Football' }).click()
      await expect(shopper.title).toHaveText('Your cart is empty')
    })
  })
}

test('static pages count the cart too, also after Back', async ({ shopper }) => {
  const { page } = shopper
  await page.goto('/p/tennis-balls')
  await expect(page.getByRole('status')).toHaveText('In stock')
  await page.getByRole('button', { name: 'Add to cart' }).click()
  await shopper.seesCart()
  await page.goBack()
  await expect(shopper.title).toHaveText('Tennis balls')
  await expect(page.getByRole('link', { name: 'Cart (1)' })).toBeVisible()
  await page.getByRole('link', { name: 'Saleday' }).click()
  await expect(page.getByRole('link', { name: 'Cart (1)' })).toBeVisible()
})
