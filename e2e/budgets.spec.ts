import type { Page } from '@playwright/test'
import {
  BUDGETS,
  FRAMEWORK_SCRIPT_BYTES,
  LAYOUT_SHIFT,
  PREFETCH,
  PRODUCT_SCRIPT_BYTES,
  SHEET_LENGTH,
  UNUSED_STYLE_SHARE,
} from './budget.ts'
import { gzippedLength, measureEmptyPage, startingScripts } from './empty-page.ts'
import { encodePhotosOf } from './encode-photos.ts'
import { expect, test } from './fixtures.ts'
import { letSaleRun } from './let-sale-run.ts'
import { bytesOf, type Kind, type Loaded, measure, readShifts, scrollThrough, visit } from './visit.ts'

const SCREENS = {
  'a small telephone': { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2 },
  'a telephone': { viewport: { width: 412, height: 915 }, deviceScaleFactor: 2 },
  'a desk': { viewport: { width: 1440, height: 900 }, deviceScaleFactor: 1 },
} as const

const KINDS: readonly Kind[] = ['document', 'script', 'style', 'font', 'image', 'other']

/** Pages of one shopper, with something in the cart. */
const FILLED = ['/cart', '/checkout']

/** As many as a browser asks for before anybody scrolls, on the largest screen. */
const PHOTOS = 24

// A trace keeps every answer, and asks for some of them again.
test.use({ trace: 'off' })

test.beforeAll(async ({ merchant }) => {
  test.setTimeout(300_000) // of a shop that was never open, no photograph is encoded yet
  await letSaleRun(merchant)
  await encodePhotosOf(Object.keys(BUDGETS), PHOTOS)
})

for (const [path, budget] of Object.entries(BUDGETS)) {
  test(`${path} keeps to its budget, nothing holds up its first paint, and nothing in it moves down to its end`, async ({ newShopper }) => {
    const storageState = FILLED.includes(path) ? { storageState: await filledCart(newShopper) } : {}
    await Promise.all(
      Object.entries(SCREENS).map(async ([screen, options]) => {
        const { page } = await newShopper({ ...options, ...storageState })
        const { loaded, blocking, firstScreen, preloads, largest } = await visit(page, path)

        for (const kind of KINDS) {
          const ofKind = loaded.filter((one) => one.kind === kind)
          expect.soft(bytesOf(ofKind), `${screen}: ${kind}${listOf(ofKind)}`).toBeLessThanOrEqual(budget.bytes[kind])
        }
        const seenFirst = loaded.filter((one) => firstScreen.includes(one.path))
        expect.soft(bytesOf(seenFirst), `${screen}: first pictures${listOf(seenFirst)}`).toBeLessThanOrEqual(budget.firstScreenBytes)
        expect.soft(loaded.length, `${screen}: requests${listOf(loaded)}`).toBeLessThanOrEqual(budget.requests)
        expect.soft(blocking, `${screen}: what holds up the first paint`).toEqual([])

        expect.soft(preloads, `${screen}: pictures that are preloaded`).toBeLessThanOrEqual(1)
        if (budget.opensWithPhotograph) {
          expect.soft(largest, screen).toMatchObject({ isPhotograph: true, initiator: 'link' })
          expect.soft(firstScreen, screen).toContain(largest?.path)
          expect.soft(preloads, `${screen}: pictures that are preloaded`).toBe(1)
          expect
            .soft(
              loaded.filter((one) => one.path === largest?.path),
              screen,
            )
            .toHaveLength(1)
        }

        await scrollThrough(page)
        const { sum, moved } = await readShifts(page)
        expect.soft(sum, [`${screen}: what moved`, ...moved].join('\n  ')).toBeLessThanOrEqual(LAYOUT_SHIFT)
      }),
    )
  })
}

for (const path of ['/', '/c/shoes', '/c/everything', '/p/canvas-high-tops', ...FILLED]) {
  test(`nothing in ${path} moves when its typeface comes after the first paint`, async ({ newShopper }) => {
    const storageState = FILLED.includes(path) ? { storageState: await filledCart(newShopper) } : {}
    for (const [screen, options] of Object.entries(SCREENS)) {
      const { page } = await newShopper({ ...options, ...storageState })
      await page.route('**/*.woff2', async (route) => {
        await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint').length > 0)
        await route.continue()
      })
      await visit(page, path)
      expect.soft(await page.evaluate(() => document.fonts.check('1rem face')), `${screen}: it has come`).toBe(true)
      const { sum, moved } = await readShifts(page)
      expect.soft(sum, [`${screen}: what moved`, ...moved].join('\n  ')).toBeLessThanOrEqual(LAYOUT_SHIFT)
    }
  })
}

test('a product page starts with hardly more script than an empty page of the same framework, built in the same way', async ({
  request,
}) => {
  test.setTimeout(180_000) // an empty page is built
  const empty = await measureEmptyPage()
  expect(empty).toBeGreaterThan(0.9 * FRAMEWORK_SCRIPT_BYTES)
  expect(empty).toBeLessThanOrEqual(FRAMEWORK_SCRIPT_BYTES)
  for (const path of ['/p/canvas-high-tops', '/p/mechanical-keyboard', '/p/tulips-in-yellow-pot']) {
    const html = await (await request.get(path)).text()
    const scripts = startingScripts(html).map(async (script) => (await request.get(script)).body())
    const started = gzippedLength(await Promise.all(scripts))
    expect(started, path).toBeGreaterThan(empty)
    expect(started - empty, path).toBeLessThanOrEqual(PRODUCT_SCRIPT_BYTES)
  }
})

for (const path of ['/', '/c/shoes', '/p/canvas-high-tops', '/checkout']) {
  test(`of the sheet that stands in ${path} most is used, on a telephone or at a desk`, async ({ newShopper }) => {
    const { page } = await newShopper({
      ...SCREENS['a small telephone'],
      ...(FILLED.includes(path) ? { storageState: await filledCart(newShopper) } : {}),
    })
    await page.coverage.startCSSCoverage()
    await visit(page, path)
    await page.setViewportSize(SCREENS['a desk'].viewport)
    await page.emulateMedia({ colorScheme: 'dark' })
    await scrollThrough(page)
    // What comes later with the code of an island stands in no page.
    const sheets = (await page.coverage.stopCSSCoverage()).filter(({ url }) => url === page.url())
    const all = sheets.reduce((sum, { text = '' }) => sum + text.length, 0)
    const used = sheets.reduce((sum, { ranges }) => sum + ranges.reduce((part, { start, end }) => part + end - start, 0), 0)
    expect(all).toBeGreaterThan(1000)
    expect.soft(all).toBeLessThanOrEqual(SHEET_LENGTH)
    expect(1 - used / all).toBeLessThanOrEqual(UNUSED_STYLE_SHARE)
  })
}

for (const savesData of [false, true]) {
  test(`moving over a grid of products ${savesData ? 'loads nothing for who saves data' : 'loads next to nothing'}`, async ({
    newShopper,
  }) => {
    const { page } = await newShopper({ ...SCREENS['a desk'], ...(savesData ? { extraHTTPHeaders: { 'save-data': 'on' } } : {}) })
    if (savesData) await (await page.context().newCDPSession(page)).send('Emulation.setDataSaverOverride', { dataSaverEnabled: true })
    await visit(page, '/c/everything')
    const beyond = await watchBeyond(page, async () => {
      const links = page.getByRole('main').getByRole('link')
      for (const link of (await links.all()).slice(0, 30)) {
        const isInSight = await link.evaluate((element) => element.getBoundingClientRect().top < innerHeight)
        if (!isInSight) continue
        await link.hover()
        await link.focus()
      }
      await scrollThrough(page)
    })
    expect(beyond.length, beyond.map(({ path }) => path).join('\n')).toBeLessThanOrEqual(savesData ? 0 : PREFETCH.requests)
    expect(bytesOf(beyond), listOf(beyond)).toBeLessThanOrEqual(PREFETCH.bytes)
  })
}

/** What is loaded meanwhile, but for photographs that come into sight. */
async function watchBeyond(page: Page, act: () => Promise<void>): Promise<Loaded[]> {
  const asked: Promise<Loaded>[] = []
  page.on('request', (request) => {
    if (request.resourceType() !== 'image') asked.push(measure(request))
  })
  await act()
  await page.waitForLoadState('networkidle')
  return Promise.all(asked)
}

async function filledCart(newShopper: () => Promise<{ page: Page; addToCart(slug: string): Promise<void> }>) {
  const shopper = await newShopper()
  for (const slug of ['white-usb-cable', 'aloe-in-white-pot']) await shopper.addToCart(slug)
  return shopper.page.context().storageState()
}

function listOf(loaded: readonly Loaded[]): string {
  return loaded.map(({ bytes, path }) => `\n  ${bytes} ${path}`).join('')
}
