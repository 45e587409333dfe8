import { type BrowserContextOptions, test as base, expect } from '@playwright/test'
import { Merchant } from '#/drill/merchant.ts'
import { type Backstage, backstage, setting } from './backstage.ts'
import { Shopper } from './shopper.ts'
import { witness } from './witness.ts'

type Fixtures = {
  shopper: Shopper
  /** Another shopper, in a browser of their own. */
  newShopper: (options?: BrowserContextOptions) => Promise<Shopper>
  /** Complaints of the browser that a journey is about, and which do not count against it. */
  expectedComplaints: RegExp | null
  complaints: string[]
}

type WorkerFixtures = { merchant: Merchant; backstage: Backstage }

/** A journey. It fails, too, when a browser complained of anything meanwhile or asked another machine for something. */
export const test = base.extend<Fixtures, WorkerFixtures>({
  merchant: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of a fixture's needs from this pattern.
    async ({}, use) => {
      const merchant = new Merchant(setting('DATABASE_URL'), setting('STORE_URL'))
      await use(merchant)
      await merchant.close()
    },
    { scope: 'worker' },
  ],
  backstage: [
    // biome-ignore lint/correctness/noEmptyPattern: as above.
    async ({}, use) => use(backstage()),
    { scope: 'worker' },
  ],
  expectedComplaints: [null, { option: true }],
  complaints: [
    async ({ expectedComplaints }, use) => {
      const complaints: string[] = []
      await use(complaints)
      expect(complaints.filter((complaint) => !expectedComplaints?.test(complaint))).toEqual([])
    },
    { auto: true },
  ],
  context: async ({ context, complaints }, use) => {
    const seen = await witness(context)
    await use(context)
    complaints.push(...seen)
  },
  shopper: async ({ page }, use) => use(new Shopper(page)),
  newShopper: async ({ browser, complaints, contextOptions, javaScriptEnabled }, use) => {
    const contexts: Awaited<ReturnType<typeof browser.newContext>>[] = []
    await use(async (options = {}) => {
      const context = await browser.newContext({ ...contextOptions, baseURL: setting('STORE_URL'), javaScriptEnabled, ...options })
      contexts.push(context)
      const seen = await witness(context)
      context.once('close', () => complaints.push(...seen))
      return new Shopper(await context.newPage())
    })
    await Promise.all(contexts.map((context) => context.close()))
  },
})

export { expect }
