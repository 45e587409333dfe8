import { startTestStore, type TestStore, type TestStoreOptions } from '#/scripts/stack/test-store.ts'
import { findViolations } from './invariants.ts'
import { Merchant, until } from './merchant.ts'

/** A whole store to do harm to, with its merchant, and the invariants to hold it against. */
export type DrillStore = TestStore & {
  readonly merchant: Merchant
  /** Waits until nothing is on its way any more. Returns what is broken then; nothing, if the store kept its promises. */
  violationsAtRest(): Promise<string[]>
}

/** How long everything that was acknowledged may take to reach its end once faults have stopped. */
const REST_MS = 90_000

export async function startDrillStore(options: TestStoreOptions = {}): Promise<DrillStore> {
  const store = await startTestStore(options)
  const merchant = new Merchant(store.postgres.url, store.url)
  const servers = {
    databaseUrl: store.postgres.url,
    coreUrl: store.core.url,
    gatewayUrl: store.gateway.url,
    gatewayKey: store.env.STRIPE_SECRET_KEY ?? '',
  }
  return {
    ...store,
    merchant,
    violationsAtRest: async () => {
      let found = ['the servers could not be asked']
      const isAtRest = async () => {
        found = await findViolations(servers)
        return found.length === 0
      }
      await until('the store is at rest', isAtRest, REST_MS).catch(() => {})
      return found
    },
    stop: async () => {
      await merchant.close()
      await store.stop()
    },
  }
}
