import type { Page } from '@playwright/test'
import { expect, test } from './fixtures.ts'

const OFFLINE = 'You are offline. What you see may be old; your cart is kept.'

/** The colour that is seen, however it is written. */
function groundOf(page: Page, element: 'html' | 'body'): Promise<number[]> {
  return page.evaluate((name) => {
    const canvas = document.createElement('canvas').getContext('2d')
    if (!canvas) throw new Error('no canvas')
    canvas.fillStyle = getComputedStyle(document.querySelector(name) ?? document.body).backgroundColor
    canvas.fillRect(0, 0, 1, 1)
    return [...canvas.getImageData(0, 0, 1, 1).data]
  }, element)
}

test.describe('without a network', () => {
  // What is asked for meanwhile.
  test.use({ expectedComplaints: /ERR_INTERNET_DISCONNECTED/ })

  for (const path of ['/p/white-usb-cable', '/checkout']) {
    test(`${path} says so, politely, for as long as there is none, and forms stay as they are`, async ({ shopper }) => {
      const { page } = shopper
      await shopper.addToCart('white-usb-cable')
      await page.goto(path)
      const note = page.locator('[data-offline-note]')
      await expect(note).toHaveAttribute('aria-live', 'polite')
      await expect(note).toBeEmpty()
      const field = page.getByLabel(path === '/checkout' ? 'E-mail' : 'Quantity')
      await field.fill('3')
      await page.waitForLoadState('networkidle')
      await page.context().setOffline(true)
      await expect(note).toHaveText(OFFLINE)
      await expect(field).toHaveValue('3')
      await page.context().setOffline(false)
      await expect(note).toBeEmpty()
    })
  }
})

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
    test.use({ javaScriptEnabled, expectedComplaints: /status of 4\d\d/ })

    test('a page that is not found leads to every category and to a few things', async ({ page }) => {
      await page.goto('/p/nothing-here')
      const main = page.getByRole('main')
      await expect(main.getByRole('navigation').getByRole('link')).toHaveCount(7)
      await expect(main.getByRole('listitem')).toHaveCount(4)
      await main.getByRole('listitem').first().getByRole('link').click()
      await expect(page.getByRole('button', { name: 'Add to cart' })).toBeVisible()
    })

    for (const colorScheme of ['light', 'dark'] as const) {
      test(`what no page of ours would answer has the shop's look (${colorScheme}), whole with nothing but itself`, async ({ page }) => {
        await page.emulateMedia({ colorScheme })
        const asked: string[] = []
        await page.goto('/credits')
        const shop = await groundOf(page, 'html')
        page.on('request', (request) => asked.push(request.url()))
        const response = await page.goto('/%E0%A4%A')
        expect(response?.status()).toBe(400)
        await expect(page.getByRole('heading', { level: 1 })).toHaveText('That address is damaged')
        expect(await groundOf(page, 'body')).toEqual(shop)
        expect(asked.filter((url) => !url.includes('%E0') && !url.includes('favicon'))).toEqual([])
        expect((await response?.body())?.length).toBeLessThan(3000)
        await page.getByRole('link', { name: 'Go to your cart' }).click()
        await expect(page.getByRole('heading', { level: 1 })).toHaveText('Your cart is empty')
      })
    }
  })
}
