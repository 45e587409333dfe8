import { expect, test } from './fixtures.ts'
import { letSaleRun } from './let-sale-run.ts'

const HOUR_MS = 3_600_000

test.beforeAll(({ merchant }) => letSaleRun(merchant))

test('the front page opens with the sale that is on; its clock counts in a line that was there before, and nothing moves', async ({
  page,
}) => {
  await page.clock.install()
  await page.goto('/')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sale day')
  const clock = page.getByRole('timer')
  await expect(clock).toHaveText(/^(\d+ days? )?\d\d:\d\d:\d\d left$/)
  const before = await clock.textContent()
  const box = await clock.boundingBox()
  await page.clock.runFor(1000)
  await expect(clock).not.toHaveText(before as string)
  expect((await clock.boundingBox())?.height).toBe(box?.height)
})

test('a page that is open when the sale ends says so', async ({ page }) => {
  await page.clock.install()
  await page.goto('/sale/sale-day')
  await page.clock.fastForward(100 * HOUR_MS)
  await expect(page.getByRole('timer')).toHaveText('This sale has ended.')
})

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false })

  test('the hour at which the sale ends is told, which is true whenever it is read', async ({ page }) => {
    await page.goto('/')
    await expect(page.getByRole('timer')).toHaveText(/^Until \w{3},? \d+ \w{3,4}, \d\d:\d\d UTC$/)
    await page.getByRole('link', { name: 'The whole sale' }).click()
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sale day')
    await expect(page.getByRole('main').locator('s').first()).toBeVisible()
  })
})

test('a sale that nobody has heard of is not found', async ({ request }) => {
  expect((await request.get('/sale/yesterday')).status()).toBe(404)
})
