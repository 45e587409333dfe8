import type { Page, Request } from '@playwright/test'
import { chunkOf } from './chunk-of.ts'
import { expect, test } from './fixtures.ts'

const PATH = '/p/canvas-high-tops'
const PHOTOGRAPHS = /\/media\/[0-9a-f]{16}\//

/** A product's photographs, and the places that show which of them is seen. */
function galleryOf(page: Page) {
  const row = page.getByRole('region', { name: 'Photographs of Canvas high tops' })
  return {
    row,
    slides: row.getByRole('listitem'),
    thumbnails: page.getByRole('main').locator('ol a[href^="#photo-"]'),
    zoomed: page.getByRole('dialog', { name: 'A photograph of Canvas high tops, larger' }),
  }
}

/** That a photograph, counted from 0, fills the row. */
async function seesPhotograph(page: Page, n: number, timeout = 15_000): Promise<void> {
  const { row, slides } = galleryOf(page)
  const off = async () => Math.round(((await slides.nth(n).boundingBox())?.x ?? 0) - ((await row.boundingBox())?.x ?? 0))
  await expect.poll(off, { timeout }).toBe(0)
}

/** The page, once its scripts have taken the gallery over; without any, as it comes. */
async function open(page: Page, javaScriptEnabled = true): Promise<void> {
  await page.goto(PATH)
  await expect(galleryOf(page).slides.first().locator('img')).toHaveJSProperty('complete', true)
  if (javaScriptEnabled) await expect(page.getByRole('status')).not.toBeEmpty()
}

/** As a finger does it: down, along, and off again. */
async function swipe(page: Page, from: { x: number; y: number }, by: number): Promise<void> {
  const devtools = await page.context().newCDPSession(page)
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', along: number) =>
    devtools.send('Input.dispatchTouchEvent', { type, touchPoints: type === 'touchEnd' ? [] : [{ x: from.x + along, y: from.y }] })
  await touch('touchStart', 0)
  for (let step = 1; step <= 10; step++) await touch('touchMove', (by * step) / 10)
  await touch('touchEnd', by)
}

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
    test.use({ javaScriptEnabled })

    test.describe('under a finger', () => {
      test.use({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true })

      test('a swipe brings the next photograph, and another the one before', async ({ page }) => {
        await open(page, javaScriptEnabled)
        const { row } = galleryOf(page)
        const box = await row.boundingBox()
        if (!box) throw new Error('there is no gallery')
        const middle = { x: box.x + box.width / 2, y: box.y + box.height / 3 }
        for (const [by, seen] of [
          [-box.width / 2, 1],
          [box.width / 2, 0],
        ] as const) {
          // A browser that is busy may let a touch go by. At the last photograph one more leads nowhere.
          await expect(async () => {
            await swipe(page, middle, by)
            await seesPhotograph(page, seen, 2000)
          }).toPass()
        }
        await expect(page).toHaveURL(PATH)
      })
    })

    test('links go from photograph to photograph, and thumbnails to each', async ({ page }) => {
      await open(page, javaScriptEnabled)
      const { row, thumbnails } = galleryOf(page)
      await row.getByRole('link', { name: 'Next' }).click()
      await seesPhotograph(page, 1)
      await row.getByRole('link', { name: 'Previous' }).click()
      await seesPhotograph(page, 0)
      await thumbnails.nth(1).click()
      await seesPhotograph(page, 1)
    })

    test('the arrow keys go from photograph to photograph', async ({ page }) => {
      await open(page, javaScriptEnabled)
      const { row } = galleryOf(page)
      await page.getByRole('navigation', { name: 'Breadcrumb' }).getByRole('link').last().focus()
      await page.keyboard.press('Tab')
      await expect(row).toBeFocused()
      await page.keyboard.press('ArrowRight')
      await seesPhotograph(page, 1)
      await page.keyboard.press('ArrowLeft')
      await seesPhotograph(page, 0)
    })

    test('a photograph has its place before it is there: what stands below does not move when it comes', async ({ page }) => {
      const held = Promise.withResolvers<void>()
      await page.route(PHOTOGRAPHS, async (route) => {
        await held.promise
        await route.continue()
      })
      await page.goto(PATH, { waitUntil: 'commit' })
      const title = page.getByRole('heading', { level: 1 })
      await page.setViewportSize({ width: 360, height: 740 })
      await page.evaluate(() => document.fonts.ready.then(() => undefined))
      const before = await title.boundingBox()
      held.resolve()
      const photograph = galleryOf(page).slides.first().locator('img')
      await expect(photograph).toHaveJSProperty('complete', true)
      expect(await title.boundingBox()).toEqual(before)
    })
  })
}

test('the first photograph has the line to itself until the first screen is painted', async ({ page }) => {
  const asked: string[] = []
  page.on('request', (request) => {
    if (PHOTOGRAPHS.test(request.url())) asked.push(request.url())
  })
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Animation.enable')
  await devtools.send('Animation.setPlaybackRate', { playbackRate: 0 }) // the page goes on opening for ever
  await open(page)
  expect(asked).toHaveLength(1)
  await devtools.send('Animation.setPlaybackRate', { playbackRate: 1 })
  await expect(galleryOf(page).slides.nth(1).locator('img')).not.toHaveJSProperty('naturalWidth', 0)
  expect(asked.length).toBeGreaterThan(1)
})

test('the address stays that of the product, so that Back leads to where one came from', async ({ page }) => {
  await page.goto('/c/shoes')
  await open(page)
  const { row, thumbnails } = galleryOf(page)
  await row.getByRole('link', { name: 'Next' }).click()
  await thumbnails.first().click()
  await expect(page).toHaveURL(PATH)
  await page.goBack()
  await expect(page).toHaveURL('/c/shoes')
})

test('the thumbnail of the photograph that is seen is marked, however one got there', async ({ page }) => {
  await open(page)
  const { row, thumbnails } = galleryOf(page)
  await expect(thumbnails.nth(0)).toHaveAttribute('aria-current', 'true')
  await row.focus()
  await page.keyboard.press('ArrowRight')
  await expect(thumbnails.nth(1)).toHaveAttribute('aria-current', 'true')
  await expect(thumbnails.nth(0)).not.toHaveAttribute('aria-current')
})

test('a photograph opens over the whole window by Enter, is moved about by keys, and Escape gives the focus back', async ({ page }) => {
  await open(page)
  const { slides, zoomed } = galleryOf(page)
  const link = slides.first().getByRole('link', { name: 'See it larger' })
  await link.focus()
  await page.keyboard.press('Enter')
  await expect(zoomed).toBeVisible()
  expect(await zoomed.boundingBox()).toEqual({ x: 0, y: 0, ...page.viewportSize() })
  await expect(page).toHaveURL(PATH)
  const image = zoomed.getByRole('img')
  await expect(image).toHaveAccessibleName(/black canvas high-top shoes/)
  const before = await image.boundingBox()
  expect(before?.width).toBeGreaterThan(page.viewportSize()?.width ?? 0)
  await zoomed.locator('[tabindex="0"]').focus()
  await page.keyboard.press('ArrowRight')
  await expect.poll(async () => (await image.boundingBox())?.x).toBeLessThan(before?.x ?? 0)
  await page.keyboard.press('Escape')
  await expect(zoomed).toBeHidden()
  await expect(link).toBeFocused()
})

test('a larger photograph that is slow to come is stood in for by the one that is on the page', async ({ page }) => {
  await open(page)
  const { slides, zoomed } = galleryOf(page)
  const link = slides.first().getByRole('link', { name: 'See it larger' })
  const seen = await slides
    .first()
    .locator('img')
    .evaluate((image: HTMLImageElement) => image.currentSrc)
  await page.route(`**${await link.getAttribute('href')}`, () => new Promise(() => {}))
  await link.click()
  await expect(zoomed.getByRole('img')).toHaveCSS('background-image', `url("${seen}")`)
  await zoomed.getByRole('button', { name: 'Close' }).click()
  await expect(zoomed).toBeHidden()
})

const cards = (page: Page) => page.getByRole('main').getByRole('listitem').getByRole('link')

/** The page, come to from a list in the same document, which Back leads to. */
async function openFromList(page: Page): Promise<void> {
  await page.goto('/c/shoes')
  await expect(page.locator('html')).toHaveAttribute('data-links', 'soft')
  await cards(page).filter({ hasText: 'Canvas high tops' }).click()
  await expect(page).toHaveURL(PATH)
  await expect(page.getByRole('main').getByRole('status')).not.toBeEmpty()
}

/** That what is shown is the list, and can be used. */
async function usesList(page: Page): Promise<void> {
  await expect(page).toHaveURL('/c/shoes')
  const other = cards(page).filter({ hasNotText: 'Canvas high tops' }).first()
  const href = (await other.getAttribute('href')) ?? ''
  await other.click()
  await expect(page).toHaveURL(href)
}

test('who leaves the page while a photograph is open, by Back, finds by Forward the page without it, and a shop that can be used', async ({
  page,
}) => {
  await openFromList(page)
  const { slides, zoomed } = galleryOf(page)
  await slides.first().getByRole('link', { name: 'See it larger' }).click()
  await expect(zoomed).toBeVisible()
  await page.goBack()
  await expect(page).toHaveURL('/c/shoes')
  await page.goForward()
  await expect(slides.first()).toBeVisible()
  await expect(zoomed).toBeHidden()
  await page.goBack()
  await usesList(page)
})

test.describe('while what opens a photograph is on its way', () => {
  test.use({ expectedComplaints: /ERR_FAILED|Failed to load/ })

  for (const comes of [true, false]) {
    test(`who leaves the page is not held up ${comes ? 'once it comes' : 'where it does not come'}`, async ({ page }) => {
      const chunk = chunkOf('data-zoom-plate')
      const held = Promise.withResolvers<void>()
      await page.route(`**/${chunk}`, async (route) => {
        await held.promise
        await (comes ? route.continue() : route.abort())
      })
      await openFromList(page)
      await galleryOf(page).slides.first().getByRole('link', { name: 'See it larger' }).click()
      await page.goBack()
      await expect(page).toHaveURL('/c/shoes')
      const documents: string[] = []
      page.on('request', (request) => request.isNavigationRequest() && documents.push(request.url()))
      let answers = 0
      const count = (request: Request) => {
        if (request.url().endsWith(chunk)) answers += 1
      }
      page.on('requestfinished', count)
      page.on('requestfailed', count)
      held.resolve()
      await expect.poll(() => answers).toBe(comes ? 1 : 2) // what fails is asked for once more
      await usesList(page)
      expect(documents).toEqual([])
    })
  }
})

test('a tap on the larger photograph closes it, and it can be opened again', async ({ page }) => {
  await open(page)
  const { slides, zoomed } = galleryOf(page)
  for (let again = 0; again < 2; again++) {
    await slides.first().getByRole('link', { name: 'See it larger' }).click()
    await zoomed.getByRole('img').click()
    await expect(zoomed).toBeHidden()
  }
})

test.describe('where there is nothing to open a photograph with', () => {
  // A browser dresses the document that it makes of a picture, which a picture's policy forbids, and it looks in vain for a transition there.
  test.use({ javaScriptEnabled: false, expectedComplaints: /default-src 'none'|ViewTransition opt-in disabled/ })

  test('its link leads to the photograph itself', async ({ page }) => {
    await open(page, false)
    const answer = page.waitForResponse((response) => response.request().isNavigationRequest())
    await galleryOf(page).slides.first().getByRole('link', { name: 'See it larger' }).click()
    expect((await answer).status()).toBe(200)
    expect((await answer).headers()['content-type']).toMatch(/^image\//)
  })
})

for (const reducedMotion of ['reduce', 'no-preference'] as const) {
  test(`photographs ${reducedMotion === 'reduce' ? 'change at once for who wants no motion' : 'glide for everybody else'}`, async ({
    page,
  }) => {
    await page.emulateMedia({ reducedMotion })
    await open(page)
    const { row } = galleryOf(page)
    const moved = await row.evaluate((element) => {
      element.querySelector<HTMLAnchorElement>('a[href="#photo-2"]')?.click()
      return element.scrollLeft / element.clientWidth
    })
    expect(moved).toBe(reducedMotion === 'reduce' ? 1 : 0)
    await seesPhotograph(page, 1)
  })
}
