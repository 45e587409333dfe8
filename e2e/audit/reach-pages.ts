import { type Browser, type BrowserContextOptions, type Cookie, chromium } from '@playwright/test'
import { Merchant } from '#/drill/merchant.ts'
import { backstage, setting } from '../backstage.ts'
import { BROWSER_FLAGS } from '../browser-flags.ts'
import { encodePhotosIn } from '../encode-photos.ts'
import { letSaleRun } from '../let-sale-run.ts'
import { untilAlive } from '../page-checks.ts'
import { PAGE_STATES } from '../page-states.ts'
import { Shopper } from '../shopper.ts'
import { type AuditPage, FORMS, type Form } from './audit-page.ts'

/** A page that a shopper has come to, with what lets a browser come there again, and what it looks like. */
export type ReachedPage = {
  readonly page: AuditPage
  readonly url: string
  readonly cookies: readonly Cookie[]
  /** JPEG, of the first screen. */
  readonly pictures: Readonly<Record<Form, Buffer>>
}

/** Lighthouse's screens. */
const SCREENS: Readonly<Record<Form, { width: number; height: number }>> = {
  mobile: { width: 412, height: 823 },
  desktop: { width: 1350, height: 940 },
}
const SHARPNESS = 1.5
const PICTURE_QUALITY = 75
/** As many as a browser asks for before anybody scrolls. */
const PHOTOS = 24
/** What is made for the first time at a busy moment. */
const PATIENCE_MS = 30_000

/**
 * Opens the shop as it is on the day of a sale, photographs encoded, and goes to each page as a shopper does. Every page has been asked for
 * by then, so that what is measured is what the next shopper gets.
 */
export async function reachPages(pages: readonly AuditPage[], say: (detail: string) => void): Promise<ReachedPage[]> {
  const merchant = new Merchant(setting('DATABASE_URL'), setting('STORE_URL'))
  const browser = await chromium.launch({ executablePath: setting('CHROME_PATH'), args: BROWSER_FLAGS })
  try {
    say('the sale begins')
    await letSaleRun(merchant)
    const reached: ReachedPage[] = []
    for (const page of pages) {
      say(page.name)
      reached.push(await reach(page, browser, merchant))
    }
    return reached
  } finally {
    await browser.close()
    await merchant.close()
  }
}

async function reach(auditPage: AuditPage, browser: Browser, merchant: Merchant): Promise<ReachedPage> {
  const state = PAGE_STATES.find(({ name }) => name === auditPage.state)
  if (!state) throw new Error(`there is no ${auditPage.state} among the states of pages`)
  // Without JavaScript nothing moves on the way, and it leads to the same place.
  const { page, leave } = await open(browser, { javaScriptEnabled: false })
  try {
    await state.reach(new Shopper(page), { merchant, backstage: backstage() })
    await encodePhotosIn(await page.content(), PHOTOS)
    const there = { url: page.url(), cookies: await page.context().cookies() }
    return { page: auditPage, ...there, pictures: await takePictures(there, browser) }
  } finally {
    await leave()
  }
}

async function takePictures({ url, cookies }: Pick<ReachedPage, 'url' | 'cookies'>, browser: Browser): Promise<ReachedPage['pictures']> {
  const pictures = {} as Record<Form, Buffer>
  for (const form of FORMS) {
    const { page, leave } = await open(browser, { viewport: SCREENS[form], deviceScaleFactor: SHARPNESS })
    await page.context().addCookies([...cookies])
    await page.goto(url)
    await untilAlive(page)
    await page.waitForLoadState('networkidle')
    pictures[form] = await page.screenshot({ type: 'jpeg', quality: PICTURE_QUALITY })
    await leave()
  }
  return pictures
}

async function open(browser: Browser, options: BrowserContextOptions) {
  const context = await browser.newContext({ ...options, baseURL: setting('STORE_URL') })
  context.setDefaultTimeout(PATIENCE_MS)
  return { page: await context.newPage(), leave: () => context.close() }
}
