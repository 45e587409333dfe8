import { mkdirSync } from 'node:fs'
import path from 'node:path'
import type { BrowserContext, Page } from '@playwright/test'
import { setting } from './backstage.ts'
import { expect, test } from './fixtures.ts'
import { letSaleRun } from './let-sale-run.ts'
import {
  findAxeViolations,
  findControlsWithoutEdge,
  findCutText,
  findHiddenFocus,
  findHtmlMistakes,
  findMovement,
  findSidewaysScroll,
  resetText,
  spaceOutText,
  untilAlive,
  walkByTab,
} from './page-checks.ts'
import { PAGE_STATES } from './page-states.ts'
import { Shopper } from './shopper.ts'
import { witness } from './witness.ts'

const SIZES = { desktop: { width: 1440, height: 900 }, phone: { width: 360, height: 740 } } as const

const NAMES = ['desktop', 'phone'] as const

/** A window of 1440 px at 200 %, and the narrowest that WCAG asks for. */
const NARROW = { desktop: { width: 720, height: 450 }, phone: { width: 320, height: 640 } } as const

const PICTURES = path.join('.saleday', 'reports', 'pages')

/** JPEG, because a long page of photographs as PNG takes two seconds and some megabytes. */
const PICTURE = { fullPage: true, type: 'jpeg', quality: 80 } as const

/** What a browser says of a page that was refused with a status of its own. */
const REFUSAL = /status of 4\d\d/

/** A page that shows itself anew is told of its sheets as files by Next (16.4), although it has them inside. */
const SHEET_AGAIN = /resource \S+\/_next\/static\/chunks\/\S+\.css was preloaded using link preload but not used/

test.beforeAll(async ({ merchant }) => {
  mkdirSync(PICTURES, { recursive: true })
  await letSaleRun(merchant)
})

// A trace keeps every step of these, which takes longer than the steps; the pictures show what there is to see.
test.use({ trace: 'off' })

for (const state of PAGE_STATES) {
  test.describe(state.name, () => {
    let context: BrowserContext
    let pages: readonly Page[]
    let complaintsOfPage: string[]
    let putBack: Awaited<ReturnType<typeof state.reach>>

    // One desk and one telephone a state, looked at in every way there is: reaching the state is what takes time.
    test.beforeAll(async ({ browser, merchant, backstage }) => {
      context = await browser.newContext({ baseURL: setting('STORE_URL'), viewport: SIZES.desktop, colorScheme: 'light' })
      complaintsOfPage = await witness(context)
      const desktop = await context.newPage()
      putBack = await state.reach(new Shopper(desktop), { merchant, backstage })
      const phone = await context.newPage()
      await phone.setViewportSize(SIZES.phone)
      await phone.goto(desktop.url())
      pages = [desktop, phone]
      await each(untilAlive)
    })

    test.afterAll(async () => {
      await putBack?.()
      await context.close()
    })

    const each = (look: (page: Page, size: (typeof NAMES)[number]) => Promise<void>) =>
      Promise.all(pages.map((page, i) => look(page, NAMES[i] ?? 'phone')))

    test('is whole for everybody: WCAG 2.2 AA on a telephone and a desk, in light and in dark', async () => {
      await each(async (page, size) => {
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' }) // or colours would be looked at on their way
          await page.screenshot({ path: path.join(PICTURES, `${state.name}-${size}-${colorScheme}.jpg`), ...PICTURE })
          expect.soft(await findAxeViolations(page, { coloursOnly: colorScheme === 'dark' }), `${size}, ${colorScheme}`).toEqual([])
        }
        await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'no-preference' })
      })
    })

    test('has one heading, one main part, a title, a language, and a label on every field', async () => {
      await each(async (page) => {
        await expect(page.locator('html')).toHaveAttribute('lang', 'en')
        await expect(page).toHaveTitle(/\S/)
        await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1)
        await expect(page.getByRole('main')).toHaveCount(1)
        const unlabelled = page
          .locator('input:not([type=hidden]), select')
          .evaluateAll((fields) => fields.filter((field) => !(field as HTMLInputElement).labels?.length).map((field) => field.outerHTML))
        expect(await unlabelled).toEqual([])
      })
    })

    test('fits: nothing scrolls sideways at 320 px, at 200 %, or with text spaced out, which nothing cuts off', async () => {
      await each(async (page, size) => {
        for (const viewport of [NARROW[size], SIZES[size]]) {
          await page.setViewportSize(viewport)
          expect.soft(await findSidewaysScroll(page), `${viewport.width} px`).toEqual([])
          await spaceOutText(page)
          expect.soft(await findSidewaysScroll(page), `${viewport.width} px, spaced out`).toEqual([])
          expect.soft(await findCutText(page), `${viewport.width} px, spaced out`).toEqual([])
          await resetText(page)
        }
      })
    })

    test('shows the focus and the edges of its controls, in forced colours too', async () => {
      await each(async (page, size) => {
        for (const forcedColors of ['active', 'none'] as const) {
          await page.emulateMedia({ forcedColors })
          expect.soft(await findHiddenFocus(page), `${size}, forced colours ${forcedColors}`).toEqual([])
          expect.soft(await findControlsWithoutEdge(page), `${size}, forced colours ${forcedColors}`).toEqual([])
        }
      })
    })

    test('moves nothing for who wants no movement', async () => {
      await each(async (page, size) => {
        await page.emulateMedia({ reducedMotion: 'reduce' })
        // What began to move before that may come to its end.
        await expect.poll(() => findMovement(page), size).toEqual([])
        await page.emulateMedia({ reducedMotion: 'no-preference' })
      })
    })

    if (state.isWalked) {
      test('is walked through with Tab: first comes the way to the content, and whatever has the focus shows it', async () => {
        await each(async (page) => {
          const { first, problems } = await walkByTab(page)
          expect(first).toBe('Skip to content')
          expect(problems).toEqual([])
        })
      })
    }

    test('is valid HTML as it is sent', async () => {
      const answer = await context.request.get(pages[0]?.url() ?? '', { headers: { accept: 'text/html' } })
      expect(await findHtmlMistakes(await answer.text())).toEqual([])
    })

    test('has made the browser complain of nothing', () => {
      const expected = (complaint: string) => SHEET_AGAIN.test(complaint) || (state.isRefusal && REFUSAL.test(complaint))
      expect(complaintsOfPage.filter((complaint) => !expected(complaint))).toEqual([])
    })
  })
}
