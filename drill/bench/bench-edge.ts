import type { TestEdge } from '#/scripts/stack/test-edge.ts'
import { until } from '../merchant.ts'
import { isSettled, startStoreEdge } from '../store-edge.ts'
import type { BenchStore } from './bench-store.ts'
import { answerOf } from './raw-answer.ts'

/** One that has nothing left to purge. */
export async function startBenchEdge(store: BenchStore, pool?: readonly string[]): Promise<TestEdge> {
  const edge = await startStoreEdge(store, pool)
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
