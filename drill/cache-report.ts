import type { TestReplica, TestStore } from '#/scripts/stack/test-store.ts'

/** What a web process tells of what it keeps. */
export type CacheReport = {
  readonly counts: Readonly<Record<string, Readonly<Record<string, number>>>>
  /** `waiting`: to be rendered anew, by this process or another. */
  readonly pages: { readonly entries: number; readonly bytes: number; readonly waiting: number }
  readonly data: { readonly entries: number; readonly bytes: number }
  readonly feed: { readonly sequence: number; readonly lease: boolean }
}

export async function readCacheReport({ env }: Pick<TestStore, 'env'>, { url }: TestReplica): Promise<CacheReport> {
  const response = await fetch(`${url}/api/cache`, { headers: { authorization: `Bearer ${env.INTERNAL_TOKEN}` } })
  return (await response.json()) as CacheReport
}
