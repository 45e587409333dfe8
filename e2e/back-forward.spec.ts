import type { Page } from '@playwright/test'
import { BROWSER_FLAGS } from './browser-flags.ts'
import { expect, test } from './fixtures.ts'
import { untilAlive } from './page-checks.ts'

const DISPLAY_PAGES = ['/', '/sale/sale-day', '/c/shoes', '/c/everything/sort-price-low/page-2', '/p/canvas-high-tops', '/credits']

/** What lies in the browser and not in the page: a headless shell, which keeps no page at all, says these of every one. */
const BROWSER_REASONS = ['BackForwardCacheDisabledForDelegate', 'BrowsingInstanceNotSwapped']

test.use({
  launchOptions: {
    executablePath: process.env.CHROME_PATH ?? '',
    args: BROWSER_FLAGS,
    // Playwright's own way is to have every page loaded anew.
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  },
})

/** How a browser came back to a page: out of its own memory, or why not. */
type Return = { readonly isFromMemory: boolean; readonly reasons: readonly string[] }

async function goBack(page: Page): Promise<Return> {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Page.enable')
  const returned = new Promise<Return>((resolve) => {
    devtools.on('Page.frameNavigated', ({ type }) => {
      if (type === 'BackForwardCacheRestore') resolve({ isFromMemory: true, reasons: [] })
    })
    devtools.on('Page.backForwardCacheNotUsed', ({ notRestoredExplanations }) => {
      resolve({ isFromMemory: false, reasons: notRestoredExplanations.map(({ reason }) => reason) })
    })
  })
  await page.goBack({ waitUntil: 'commit' })
  return returned
}

for (const path of DISPLAY_PAGES) {
  test(`Back brings ${path} out of the browser's memory as it was left, and nothing in it keeps a browser from that`, async ({ page }) => {
    const answer = await page.goto(path)
    expect(answer?.headers()['cache-control']).not.toContain('no-store')
    await untilAlive(page)
    await page.evaluate(() => {
      addEventListener('pageshow', ({ persisted }) => Object.assign(document.documentElement.dataset, { persisted }))
    })
    await page.goto('/cart')
    const { isFromMemory, reasons } = await goBack(page)
    if (isFromMemory) await expect(page.locator('html')).toHaveAttribute('data-persisted', 'true')
    else expect(reasons).toContain('BackForwardCacheDisabledForDelegate')
    expect(reasons.filter((reason) => !BROWSER_REASONS.includes(reason))).toEqual([])
  })
}

test('a page that Back brings shows how many units are in the cart by now', async ({ page, shopper }) => {
  const link = page.getByRole('banner').getByRole('link', { name: 'Cart' })
  await page.goto('/c/shoes')
  await untilAlive(page)
  await expect(link).toHaveText('Cart')
  await page.goto('/p/white-usb-cable')
  await page.getByLabel('Quantity').fill('3')
  await page.getByRole('button', { name: 'Add to cart' }).click()
  await shopper.seesCart()
  await goBack(page)
  await goBack(page)
  await expect(page).toHaveURL('/c/shoes')
  await expect(link).toHaveText('Cart (3)')
})
