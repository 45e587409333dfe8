import path from 'node:path'
import type { Sku } from '#/domain/sku.ts'
import { openStateFolder } from '#/scripts/stack/state-folder.ts'
import { startTestStack } from '#/scripts/stack/test-stack.ts'
import { buildForStack } from '#/scripts/stack/test-store.ts'
import { type DrillStore, startDrillStore } from '../drill-store.ts'
import { ADDRESS, type Page, Shopper } from '../shopper.ts'
import type { FilledForm } from './shopper-client.ts'

/** The store with the one page more that next.config.mjs has for benches. */
const BENCH_BUILD = '.next-bench'
const BENCH_ENV = { NEXT_WITH_BENCH: '1', LOG_LEVEL: 'error' }

const SLUG = 'sausage-skipping-rope'
const UNIT = 'SKIPROPE' as Sku
const PLENTY = 10_000_000

export type BenchStore = DrillStore & {
  /** The checkout of a shopper who is about to press "Place order". */
  readonly checkout: FilledForm
  /** The same form, sent to an action that does nothing. */
  readonly empty: FilledForm
}

/** A whole store whose Postgres has on disk what it commits, with more units than the bench sells. */
export async function startBenchStore(project: string, say: (detail: string) => void): Promise<BenchStore> {
  await build(project, say)
  const store = await startDrillStore({ build: BENCH_BUILD, durable: true, env: BENCH_ENV })
  try {
    await store.merchant.offer(UNIT, PLENTY)
    const shopper = new Shopper(store.url)
    const checkoutPage = await shopper.buy(SLUG)
    const ordered = { ...formOn(checkoutPage, 'Place order'), ...ADDRESS }
    const form = { storeUrl: store.url, cart: shopper.cookie('cart'), leadsTo: '/orders/' }
    const emptyPage = await shopper.visit('/bench/empty')
    // As much to read as of an order, and nothing to do.
    const asMuch = Object.fromEntries(Object.entries(ordered).filter(([name]) => !name.startsWith('$ACTION')))
    return {
      ...store,
      checkout: { ...form, path: checkoutPage.path, fields: ordered },
      empty: { ...form, path: emptyPage.path, fields: { ...asMuch, ...formOn(emptyPage, 'Do nothing') } },
    }
  } catch (error) {
    await store.stop()
    throw error
  }
}

async function build(project: string, say: (detail: string) => void): Promise<void> {
  say('production build')
  const stack = await startTestStack({ catalogue: 'seed', without: ['gateway', 'mail'] })
  try {
    const logFile = path.join(openStateFolder(project).reports, 'bench-build.log')
    await buildForStack({ ...stack, env: { ...stack.env, ...BENCH_ENV } }, BENCH_BUILD, logFile, () => {})
  } finally {
    await stack.stop()
  }
}

function formOn(page: Page, button: string): Record<string, string> {
  const form = page.forms.find((candidate) => candidate.buttons.includes(button))
  if (!form) throw new Error(`no form with the button ${button} at ${page.path}: ${page.text.slice(0, 300)}`)
  return form.fields
}
