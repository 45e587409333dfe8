import { expect } from '@playwright/test'
import type { Merchant } from '#/drill/merchant.ts'
import { setting } from './backstage.ts'

const HOUR_MS = 3_600_000
const LASTS_MS = 50 * HOUR_MS

/** The seed's own sale ends three days after its import, which may have been long ago. Resolves once the front page opens with it. */
export async function letSaleRun(merchant: Merchant): Promise<void> {
  await merchant.runSale('sale-day', LASTS_MS)
  const home = async () => (await fetch(setting('STORE_URL'), { headers: { accept: 'text/html' } })).text()
  await expect.poll(home).toContain('>Sale day</h1>')
}
