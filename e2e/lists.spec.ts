import { LIST_PAGE_SIZE } from '#/domain/list-path.ts'
import { expect, test } from './fixtures.ts'

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
    test.use({ javaScriptEnabled })

    test('a list is ordered by price and leafed through by links, each of which is a page of its own', async ({ shopper }) => {
      const { page, title } = shopper
      const prices = page.getByRole('main').getByRole('listitem')
      const shown = async () => (await prices.allInnerTexts()).map((text) => Number(/€([\d,]+\.\d\d)/.exec(text)?.[1]?.replaceAll(',', '')))
      await page.goto('/c/everything')
      await page.getByRole('navigation', { name: 'Order of the list' }).getByRole('link', { name: 'Price, low to high' }).click()
      await expect(page).toHaveURL('/c/everything/sort-price-low')
      await expect(page.getByRole('link', { name: 'Price, low to high' })).toHaveAttribute('aria-current', 'true')
      await expect(prices).toHaveCount(LIST_PAGE_SIZE)
      const first = await shown()
      await page.getByRole('link', { name: 'Next', exact: true }).click()
      await expect(page).toHaveURL('/c/everything/sort-price-low/page-2')
      await expect(page.getByText('Page 2 of 3')).toBeVisible()
      const second = await shown()
      expect([...first, ...second]).toEqual([...first, ...second].sort((a, b) => a - b))
      expect(second[0]).toBeGreaterThanOrEqual(first.at(-1) as number)
      await page.goBack()
      await expect(page).toHaveURL('/c/everything/sort-price-low')
      await expect(title).toHaveText('Everything')
    })
  })
}

for (const path of [
  '/c/everything/page-1',
  '/c/everything/page-99',
  '/c/shoes/page-2',
  '/c/shoes/sort-colour',
  '/c/shoes/page-2/sort-newest',
]) {
  test(`${path} is no page of any list`, async ({ request }) => {
    expect((await request.get(path)).status()).toBe(404)
  })
}
