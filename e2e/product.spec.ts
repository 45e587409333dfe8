import type { Page } from '@playwright/test'
import { expect, test } from './fixtures.ts'

const size = (page: Page, name: string) => page.getByRole('radio', { name, exact: true })
const colour = (page: Page, name: string) => page.getByRole('navigation', { name: 'Colour' }).getByRole('link', { name })

/** Choices are taken notice of from now on. */
const isAlive = (page: Page) => expect(page.getByRole('status')).not.toBeEmpty()

test('what is chosen is in the address, without a step in the history: it is there after a reload, and Back leaves the product', async ({
  page,
}) => {
  await page.goto('/c/shoes')
  await page.goto('/p/canvas-high-tops')
  await isAlive(page)
  for (const name of ['40', '41', '42']) await size(page, name).check()
  await expect(page).toHaveURL('/p/canvas-high-tops/black/42')
  await page.reload()
  await expect(size(page, '42')).toBeChecked()
  await page.goBack()
  await expect(page).toHaveURL('/c/shoes')
  await page.goForward()
  await expect(page).toHaveURL('/p/canvas-high-tops/black/42')
  await expect(size(page, '42')).toBeChecked()
})

test('another colour keeps the size, and Back brings the colour before', async ({ page, shopper }) => {
  await page.goto('/p/canvas-high-tops')
  await isAlive(page)
  await size(page, '42').check()
  await expect(page).toHaveURL('/p/canvas-high-tops/black/42')
  await colour(page, 'Off white').click()
  await expect(page).toHaveURL('/p/canvas-high-tops/off-white/42')
  await expect(colour(page, 'Off white')).toHaveAttribute('aria-current', 'true')
  await expect(size(page, '42')).toBeChecked()
  await expect(shopper.title).toHaveText('Canvas high tops')
  await page.goBack()
  await expect(page).toHaveURL('/p/canvas-high-tops/black/42')
  await expect(colour(page, 'Black')).toHaveAttribute('aria-current', 'true')
  await expect(size(page, '42')).toBeChecked()
})

test('by keyboard: arrows go through the sizes, and the address goes along', async ({ page }) => {
  await page.goto('/p/canvas-high-tops')
  await isAlive(page)
  await size(page, '38').focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  await expect(size(page, '40')).toBeChecked()
  await expect(page).toHaveURL('/p/canvas-high-tops/black/40')
})

test('a choice that was made before the scripts came is not lost', async ({ page }) => {
  const held = Promise.withResolvers<void>()
  await page.route('**/_next/static/chunks/**', async (route) => {
    await held.promise
    await route.continue()
  })
  await page.goto('/p/canvas-high-tops', { waitUntil: 'commit' })
  await size(page, '43').check()
  held.resolve()
  await expect(page).toHaveURL('/p/canvas-high-tops/black/43')
  await expect(size(page, '43')).toBeChecked()
})

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
    test.use({ javaScriptEnabled })

    test('an address that was shared shows its variant, which is what goes into the cart', async ({ page, shopper }) => {
      await page.goto('/p/canvas-high-tops/off-white/42')
      await expect(colour(page, 'Off white')).toHaveAttribute('aria-current', 'true')
      await expect(size(page, '42')).toBeChecked()
      await page.getByRole('button', { name: 'Add to cart' }).click()
      await shopper.seesCart()
      await expect(page.getByRole('main').getByRole('listitem')).toContainText('Off white, 42')
    })

    test('colours are links, and sizes are sent with the form', async ({ page, shopper }) => {
      await page.goto('/p/canvas-high-tops')
      await colour(page, 'Off white').click()
      await expect(page).toHaveURL(/\/p\/canvas-high-tops\/off-white/)
      await expect(colour(page, 'Off white')).toHaveAttribute('aria-current', 'true')
      await size(page, '41').check()
      await page.getByRole('button', { name: 'Add to cart' }).click()
      await shopper.seesCart()
      await expect(page.getByRole('main').getByRole('listitem')).toContainText('Off white, 41')
    })

    test('a price that is lower than it was stands beside what it was, in words too', async ({ page }) => {
      await page.goto('/p/black-running-shoe')
      const price = page
        .getByRole('main')
        .locator('p', { has: page.locator('s') })
        .first()
      await expect(price).toHaveText(/^now €[\d.,]+ before €[\d.,]+$/)
      await expect(price.locator('s')).toBeVisible()
    })

    test('breadcrumbs lead to the category and home, and a row of others from there to each', async ({ page, shopper }) => {
      await page.goto('/p/canvas-high-tops')
      const way = page.getByRole('navigation', { name: 'Breadcrumb' })
      await expect(way.getByRole('listitem')).toHaveText(['Home', 'Shoes', 'Canvas high tops'])
      const others = page.locator('section', { has: page.getByRole('heading', { name: 'Also in shoes' }) })
      await expect(others.getByRole('listitem')).toHaveCount(4)
      await expect(others.getByRole('heading', { level: 3, name: 'Canvas high tops' })).toHaveCount(0)
      const other = others.getByRole('listitem').first().getByRole('link')
      const name = (await other.getByRole('heading').textContent()) ?? ''
      await other.click()
      await expect(shopper.title).toHaveText(name)
      await way.getByRole('link', { name: 'Shoes' }).click()
      await expect(shopper.title).toHaveText('Shoes')
    })

    test('its details are told as terms and what they are', async ({ page }) => {
      await page.goto('/p/canvas-high-tops')
      await expect(
        page
          .getByRole('main')
          .getByRole('term')
          .filter({ hasText: /^Sole$/ }),
      ).toBeVisible()
      await expect(page.getByRole('main').getByRole('definition').filter({ hasText: 'Vulcanised natural rubber' })).toBeVisible()
    })
  })
}

test('the price is that of the chosen variant, and from the lowest while none is', async ({ page }) => {
  await page.goto('/p/cactus-in-clay-pot')
  const price = page.locator('[data-live-price]').locator('..')
  await expect(price).toHaveText(/^from €/)
  const from = await price.textContent()
  await isAlive(page)
  await page.getByRole('radio', { name: '20 cm' }).check()
  await expect(price.locator('.money:visible')).toHaveText(/^€/)
  const chosen = await price.locator('.money:visible').textContent()
  expect(from).not.toContain(chosen)
  await page.reload()
  await expect(price.locator('.money:visible')).toHaveText(chosen ?? '')
})

test('days of delivery are those of the calendar on the wall beside the shopper', async ({ newShopper }) => {
  for (const [timezoneId, standard, express] of [
    ['Europe/Dublin', 'Thu 3 Dec – Mon 7 Dec', 'Tue 1 Dec – Wed 2 Dec'],
    ['Pacific/Auckland', 'Fri 4 Dec – Tue 8 Dec', 'Wed 2 Dec – Thu 3 Dec'],
  ] as const) {
    const { page } = await newShopper({ timezoneId })
    await page.clock.setFixedTime('2026-11-30T12:30:00Z')
    await page.goto('/p/canvas-high-tops')
    const delivery = page.getByRole('region', { name: 'Delivery' })
    await expect(delivery.getByRole('definition')).toHaveText([standard, express], { useInnerText: true })
  }
})

test.describe('where nobody knows the day', () => {
  test.use({ javaScriptEnabled: false })

  test('delivery is told in working days', async ({ page }) => {
    await page.goto('/p/canvas-high-tops')
    const delivery = page.getByRole('region', { name: 'Delivery' })
    await expect(delivery.getByRole('definition')).toHaveText(['3 to 5 working days', '1 to 2 working days'])
  })
})

test('what no variant has is no address of the product', async ({ request }) => {
  for (const path of ['red', 'black/99', 'black/42/42', '42', 'Black']) {
    expect((await request.get(`/p/canvas-high-tops/${path}`)).status(), path).toBe(404)
  }
})
