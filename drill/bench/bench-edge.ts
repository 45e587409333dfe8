import { startTestEdge, type TestEdge } from '#/scripts/stack/test-edge.ts'
import { isSettled } from '../edge-settled.ts'
import { until } from '../merchant.ts'
import type { BenchStore } from './bench-store.ts'
import { answerOf } from './raw-answer.ts'

/** The edge as it is run, with its follower, in front of a store; or of what stands before its web process. It ends with the store. */
export async function startBenchEdge(store: BenchStore, pool = new URL(store.url).port): Promise<TestEdge> {
  const { ASSETS_DIR: assets = '', MEDIA_DIR: media = '' } = store.env
  const publicHost = new URL(store.url).host
  const edge = await startTestEdge(store, { pool: [`127.0.0.1:${pool}`], publicHost, assets, media, databaseUrl: store.postgres.url })
  // One that knows nothing of what is kept begins by purging all of it, three times.
  await until('the edge is settled', () => isSettled(edge, store))
  return edge
}

/** Asks until the edge has each of these pages, and may keep it for a while. */
export async function untilKept(edge: TestEdge, paths: readonly string[], headers: Record<string, string>): Promise<void> {
  for (const path of paths)
    await until(`the edge keeps ${path}`, async () => {
      const { headers: said } = await answerOf(edge.url + path, headers)
      return said['cache-status']?.includes('edge; hit') === true && /^s-maxage=\d{3}/.test(said['x-edge-cache-control'] ?? '')
    })
}
