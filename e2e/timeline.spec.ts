import type { Page } from '@playwright/test'
import { chunkOf } from './chunk-of.ts'
import { expect, test } from './fixtures.ts'
import { orders } from './merchant-desk.ts'
import type { Shopper } from './shopper.ts'

/** What a screen reader is told while the page is open. */
async function listen(page: Page): Promise<() => Promise<string[]>> {
  await page.locator('[data-order-news]').evaluate((region) => {
    const heard: string[] = []
    Object.assign(window, { heard })
    new MutationObserver(() => heard.push(region.textContent ?? '')).observe(region, {
      childList: true,
      characterData: true,
      subtree: true,
    })
  })
  return () => page.evaluate(() => (window as unknown as { heard: string[] }).heard)
}

// A page that is rendered anew seconds after it was opened: the framework asks for its sheet, which stands in it already.
test.use({ expectedComplaints: /was preloaded using link preload but not used/ })

function countQuestions(page: Page): { asked: number } {
  const count = { asked: 0 }
  page.on('request', (request) => {
    if (/\/api\/orders\//.test(request.url())) count.asked += 1
  })
  return count
}

async function look(page: Page, visibility: 'visible' | 'hidden'): Promise<void> {
  await page.evaluate((state) => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state })
    document.dispatchEvent(new Event('visibilitychange'))
  }, visibility)
}

test('an order’s way is a list: each step that was has its time, one is current, and each change is said once and alone', async ({
  shopper,
  backstage,
}) => {
  const { page } = shopper
  const steps = page.getByRole('region', { name: 'Where your order is' }).getByRole('listitem')
  const current = page.locator('[aria-current=step]')
  const letIntakeGo = await backstage.holdIntake()
  await shopper.buy('hanging-bamboo-basket')
  await expect(current).toContainText('Order received')
  await expect(steps).toHaveText([/^Order received/, /^Stock, still to come$/, /^Payment, still/, /^Confirmed, still/, /^Sent, still/])
  const heard = await listen(page)

  await letIntakeGo()
  await shopper.seesOrderState('CONFIRMED')
  await expect(steps).toHaveText([/^Order received/, /^Stock confirmed/, /^Payment/, /^Order confirmed/, /^Sent, still to come$/])
  await expect(current).toHaveCount(1)
  await expect(current).toContainText('Order confirmed')
  const times = await steps.locator('time').evaluateAll((all) => all.map((time) => Date.parse(time.getAttribute('datetime') ?? '')))
  expect(times).toHaveLength(4)
  expect(times).toEqual(times.toSorted((a, b) => a - b))

  await expect.poll(async () => (await heard()).at(-1)).toMatch(/^Order confirmed\. Your payment went through\./)
  const said = await heard()
  expect(new Set(said).size).toBe(said.length)
  // One step at a time: neither the list nor what was said before.
  for (const words of said) expect(words).toMatch(/^(Stock confirmed|Taking payment|Order confirmed)\. [^\n]{10,120}$/)
})

/** Lets half minutes pass until the page shows the order in this state. Returns how many it took. */
async function passHalfMinutes({ page, order }: Shopper, state: string, ms: number): Promise<number> {
  let passed = 0
  await expect(async () => {
    await page.clock.fastForward(ms)
    passed += 1
    await expect(order).toHaveAttribute('data-order-state', state, { timeout: 1000 })
  }).toPass()
  return passed
}

test('a parcel that leaves while the page is open appears on it without a reload, though it asks rarely by then', async ({ shopper }) => {
  const { page } = shopper
  await page.clock.install()
  const orderId = await shopper.buy('hanging-bamboo-basket')
  await shopper.seesOrderState('CONFIRMED')
  await page.evaluate(() => Object.assign(window, { stillTheSamePage: true }))
  const heard = await listen(page)
  const count = countQuestions(page)
  await orders('ship', orderId, '--carrier', 'An Post', '--tracking', 'CE123456789IE')
  const askedSoFar = count.asked
  const halfMinutes = await passHalfMinutes(shopper, 'FULFILLED', 31_000)
  expect(count.asked - askedSoFar).toBeLessThanOrEqual(halfMinutes + 1)
  await expect(page.getByRole('region', { name: 'Parcels' })).toContainText('An Post, CE123456789IE')
  await expect(page.locator('[aria-current=step]')).toContainText('Sent with An Post')
  expect(await heard()).toEqual([expect.stringMatching(/^On its way\./)])
  expect(await page.evaluate(() => 'stillTheSamePage' in window)).toBe(true)
})

test('a page that nobody looks at asks nothing, and asks at once when somebody comes back', async ({ shopper, backstage }) => {
  const { page } = shopper
  await page.clock.install()
  const letIntakeGo = await backstage.holdIntake()
  await shopper.buy('hanging-bamboo-basket')
  const count = countQuestions(page)
  await expect.poll(() => count.asked).toBeGreaterThan(1)
  await look(page, 'hidden')
  await page.waitForLoadState('networkidle')
  const askedSoFar = count.asked
  for (let n = 0; n < 5; n += 1) await page.clock.fastForward(60_000)
  await letIntakeGo()
  expect(count.asked).toBe(askedSoFar)
  await look(page, 'visible')
  await shopper.seesOrderState('CONFIRMED')
})

test('an order that has ended asks nothing any more', async ({ shopper }) => {
  const { page } = shopper
  await page.clock.install()
  await shopper.buy('hanging-bamboo-basket', { card: 'Visa ending 0002 (is declined)' })
  await shopper.seesOrderState('DECLINED')
  await page.getByRole('button', { name: 'Cancel this order' }).click()
  await shopper.seesOrderState('CANCELLED')
  const count = countQuestions(page)
  await page.waitForLoadState('networkidle')
  const askedSoFar = count.asked
  for (let n = 0; n < 5; n += 1) await page.clock.fastForward(60_000)
  await look(page, 'visible')
  expect(count.asked).toBe(askedSoFar)
})

test.describe('while the shop does not answer', () => {
  test.use({ expectedComplaints: /api\/orders|ERR_FAILED|was preloaded using link preload but not used/ })

  test('the page says that it may be old, asks less and less often, and goes on when the shop is back', async ({ shopper, backstage }) => {
    const { page } = shopper
    await page.clock.install()
    const letIntakeGo = await backstage.holdIntake()
    await shopper.buy('hanging-bamboo-basket')
    await expect(page.locator('[aria-current=step]')).toContainText('Order received')
    const count = countQuestions(page)
    await page.route('**/api/orders/**', (route) => route.abort())
    const told = page.getByText('We cannot reach the shop at the moment, so this may be old.')
    await expect(async () => {
      await page.clock.fastForward(10_000)
      await expect(told).toBeVisible({ timeout: 300 })
    }).toPass()
    await page.waitForLoadState('networkidle')
    const askedSoFar = count.asked
    await page.clock.fastForward(3000)
    expect(count.asked).toBe(askedSoFar)

    await page.unroute('**/api/orders/**')
    await page.clock.fastForward(40_000)
    await expect(told).toBeHidden()
    await letIntakeGo()
    await shopper.seesOrderState('CONFIRMED')
  })
})

test.describe('where the code that follows an order does not come', () => {
  test.use({ expectedComplaints: /ERR_FAILED|Failed to load|was preloaded using link preload but not used/ })

  test('the page says that it may be old, and is rendered anew every half a minute', async ({ shopper, backstage }) => {
    const { page } = shopper
    await page.route(`**/_next/static/chunks/${chunkOf('/api/orders/', 'visibilityState')}`, (route) => route.abort())
    await page.clock.install()
    const letIntakeGo = await backstage.holdIntake()
    const orderId = await shopper.buy('hanging-bamboo-basket')
    const told = page.getByText('We cannot reach the shop at the moment, so this may be old.')
    await expect(told).toBeVisible()
    const count = countQuestions(page)
    await letIntakeGo()
    await expect.poll(() => backstage.charges(orderId)).toHaveLength(1)
    await shopper.seesOrderState('RECEIVED')
    const halfMinutes = await passHalfMinutes(shopper, 'CONFIRMED', 30_000)
    expect(count.asked).toBeLessThanOrEqual(halfMinutes + 1)
    await expect(told).toBeHidden()
  })
})

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false })

  test('the way of an order has its times in UTC', async ({ shopper }) => {
    await shopper.buy('hanging-bamboo-basket')
    await shopper.seesOrderState('CONFIRMED')
    const current = shopper.page.locator('[aria-current=step]')
    await expect(current).toHaveText(/^Order confirmed\d+ \w{3}, \d\d:\d\d UTC$/)
  })
})
