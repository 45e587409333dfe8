import { expect, test } from './fixtures.ts'

test.use({ expectedComplaints: /status of 404/ })

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
    test.use({ javaScriptEnabled })

    for (const path of ['/nothing-here', '/p/nothing-here', '/c/nothing-here', '/c/shoes/nothing-here']) {
      test(`${path} is not found, says so, and leads back into the shop`, async ({ page }) => {
        const response = await page.goto(path)
        expect(response?.status()).toBe(404)
        await expect(page.getByRole('heading', { level: 1 })).toHaveText('We have nothing here')
        await page.getByRole('main').getByRole('link', { name: 'Shoes', exact: true }).click()
        await expect(page.getByRole('heading', { level: 1 })).toHaveText('Shoes')
      })
    }

    test('an order that is not yours is not found, and says how it opens', async ({ page }) => {
      const response = await page.goto('/orders/6b1d2f3e-0000-4000-8000-000000000000')
      expect(response?.status()).toBe(404)
      await expect(page.getByRole('main')).toContainText('by the link in its e-mail')
    })
  })
}
