import type { Page } from '@playwright/test'
import { sku } from '#/domain/sku.ts'
import { expect, test } from './fixtures.ts'

const LION = sku('LION')
const LION_PATH = '/p/stone-guardian-lion'
const UNKNOWN = 'We cannot see the stock right now. You can order all the same.'

const statusOf = (page: Page) => page.getByRole('status')

/** Coming back to a page asks anew, as time does; an answer is good for a second. */
const comeBack = (page: Page) => page.evaluate(() => window.dispatchEvent(new Event('visibilitychange')))

/** Asks until it is told so. */
async function hears(page: Page, words: string): Promise<void> {
  await expect(async () => {
    await comeBack(page)
    await expect(statusOf(page)).toHaveText(words, { timeout: 300 })
  }).toPass()
}

test('live stock follows the chosen variant, says when few are left, and hears of changes', async ({ shopper, merchant }) => {
  const { page } = shopper
  const stock = page.getByRole('status')
  const clicking = sku('MECHKEYS-CLICKING')
  await merchant.offer(sku('MECHKEYS-TACTILE'), 30)
  await merchant.offer(clicking, 2)
  await page.goto('/p/mechanical-keyboard')
  await expect(stock).toHaveText('In stock')
  await page.getByRole('radio', { name: 'Clicking' }).check()
  await expect(stock).toHaveText('2 left')
  await page.getByRole('radio', { name: 'Tactile' }).check()
  await expect(stock).toHaveText('In stock')

  await page.getByRole('radio', { name: 'Clicking' }).check()
  await merchant.offer(clicking, 0)
  await hears(page, 'Sold out')
})

test('the variant that was chosen is the one in the cart', async ({ shopper, merchant }) => {
  await merchant.offer(sku('MECHKEYS-LINEAR'), 20)
  await shopper.addToCart('mechanical-keyboard', { variant: 'Linear' })
  await expect(shopper.page.getByRole('main').getByRole('listitem')).toContainText('Linear')
})

test('what is in other shoppers’ checkouts is told from what is sold, and comes back when they give it up', async ({
  shopper,
  newShopper,
  merchant,
}) => {
  const { page } = shopper
  await merchant.offer(LION, 1)
  await page.goto(LION_PATH)
  await expect(statusOf(page)).toHaveText('1 left')
  const other = await newShopper()
  await other.buy('stone-guardian-lion', { card: 'Visa ending 0002 (is declined)' })
  await other.seesOrderState('DECLINED')
  await hears(page, 'All in other shoppers’ checkouts: some may come back')
  await expect(page.getByRole('button', { name: 'Add to cart' })).toBeEnabled()
  await other.page.getByRole('button', { name: 'Cancel this order' }).click()
  await other.seesOrderState('CANCELLED')
  await hears(page, '1 left')
})

test('who sees "sold out" can still get to the button, is told why it does nothing, and can use it once there is some', async ({
  shopper,
  merchant,
}) => {
  const { page } = shopper
  await merchant.offer(LION, 0)
  await page.goto(LION_PATH)
  await expect(statusOf(page)).toHaveText('Sold out')
  const button = page.locator('form[action="/cart/lines"] button')
  await expect(button).toHaveAccessibleName('Sold out')
  await expect(button).toHaveAttribute('aria-disabled', 'true')
  await expect(button).toHaveAccessibleDescription('Sold out')
  await button.focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog')).toBeHidden()
  await expect(page).toHaveURL(LION_PATH)
  await merchant.offer(LION, 3)
  await hears(page, '3 left')
  await button.click()
  await shopper.seesCart()
  await expect(page.getByLabel(/^Quantity of/)).toHaveValue('1')
})

test('each variant that cannot be had is marked, in room that was kept for it', async ({ page, merchant }) => {
  await merchant.offer(sku('MECHKEYS-CLICKING'), 0)
  const held = await holdStock(page)
  await page.goto('/p/mechanical-keyboard')
  await expect(statusOf(page)).toBeAttached()
  const delivery = page.getByRole('region', { name: 'Delivery' })
  const before = await delivery.boundingBox()
  held.resolve()
  await expect(page.getByRole('radio', { name: 'Clicking sold out' })).toBeVisible()
  expect(await delivery.boundingBox()).toEqual(before)
})

/** Lets answers wait. */
async function holdStock(page: Page): Promise<{ resolve(): void }> {
  const held = Promise.withResolvers<void>()
  await page.route('**/api/stock?**', async (route) => {
    await held.promise
    await route.continue()
  })
  return held
}

test.describe('where stock cannot be seen', () => {
  test.use({ expectedComplaints: /api\/stock/ })

  const answers = {
    'an error, whatever it says,': { status: 503, json: { LION: { available: 3, held: 0 } } },
    'a page of somebody else': { contentType: 'text/html', body: '<h1>Welcome to our network</h1>' },
    nothing: { json: null },
    'what no stock can be': { json: { LION: { available: -1, held: 'many' }, '"]': { available: 0, held: 0 } } },
  }
  for (const [what, answer] of Object.entries(answers)) {
    test(`${what} for an answer is no stock: the page says so, and takes the order all the same`, async ({ shopper, merchant }) => {
      const { page } = shopper
      await merchant.offer(LION, 3)
      await page.route('**/api/stock?**', (route) => route.fulfill(answer))
      await page.goto(LION_PATH)
      await expect(statusOf(page)).toHaveText(UNKNOWN)
      await page.getByRole('button', { name: 'Add to cart' }).click()
      await shopper.seesCart()
    })
  }

  test('an answer that never comes is none', async ({ page }) => {
    await page.route('**/api/stock?**', () => new Promise(() => {}))
    await page.goto(LION_PATH)
    await expect(statusOf(page)).toHaveText(UNKNOWN, { timeout: 40_000 }) // two of them are waited for
  })

  test('one hiccup is not spoken of; what was known is not told once it may be wrong, and is told again when it is seen', async ({
    page,
    merchant,
  }) => {
    await merchant.offer(LION, 3)
    const isAskedAgain = Promise.withResolvers<void>()
    const hasBeenLookedAt = Promise.withResolvers<void>()
    let asked = 0
    let isAway = false
    await page.route('**/api/stock?**', async (route) => {
      asked += 1
      if (asked === 1 || isAway) return route.abort()
      isAskedAgain.resolve()
      await hasBeenLookedAt.promise
      await route.continue()
    })
    await page.goto(LION_PATH)
    await isAskedAgain.promise
    await expect(statusOf(page)).toBeEmpty()
    hasBeenLookedAt.resolve()
    await expect(statusOf(page)).toHaveText('3 left')
    isAway = true
    await hears(page, UNKNOWN)
    isAway = false
    await hears(page, '3 left')
  })
})
