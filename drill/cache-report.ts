import type { TestReplica, TestStore } from '#/scripts/stack/test-store.ts'
import { readTags } from '#/server/cache/read-tags.ts'
import type { Db } from '#/server/db/client.ts'
import { until } from './merchant.ts'

/** What a web process tells of what it keeps. */
export type CacheReport = {
  readonly counts: Readonly<Record<string, Readonly<Record<string, number>>>>
  /** `waiting`: to be rendered anew, by this process or another. */
  readonly pages: { readonly entries: number; readonly bytes: number; readonly waiting: number }
  readonly data: { readonly entries: number; readonly bytes: number }
  readonly feed: { readonly sequence: number; readonly lease: boolean }
}

/** Every web process has heard of all that was edited. */
export async function untilKnown(store: Pick<TestStore, 'env' | 'replicas'>, db: Db): Promise<void> {
  const { head } = await readTags(db, 0)
  for (const each of store.replicas)
    await until(`${each.url} knows of the edit`, async () => (await readCacheReport(store, each)).feed.sequence >= head)
}

/** And has rendered what it renders by itself for that. */
export async function untilRenewed(store: Pick<TestStore, 'env' | 'replicas'>, db: Db): Promise<void> {
  await untilKnown(store, db)
  for (const each of store.replicas)
    await until(`${each.url} has renewed its pages`, async () => (await readCacheReport(store, each)).pages.waiting === 0)
}

export async function readCacheReport({ env }: Pick<TestStore, 'env'>, { url }: TestReplica): Promise<CacheReport> {
  const response = await fetch(`${url}/api/cache`, { headers: { authorization: `Bearer ${env.INTERNAL_TOKEN}` } })
  return (await response.json()) as CacheReport
}
