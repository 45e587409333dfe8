import { z } from 'zod'
import type { Asker } from './ask.ts'
import type { Place } from './place.ts'

/** Of what a web process tells of itself (see server/cache/counts.ts), what matters here. */
const told = z.object({
  counts: z.object({
    'pages.shared': z.object({ hit: z.number() }),
    'pages.render': z.object({ whole: z.number() }),
  }),
  feed: z.object({ sequence: z.number(), lease: z.boolean() }),
})

export type CacheCounts = z.infer<typeof told>

/** Null where it may not be asked, or does not say. */
export async function readCacheCounts(asker: Asker, place: Place): Promise<CacheCounts | null> {
  if (place.token === null) return null
  const answer = await asker.ask(place, '/api/cache', { headers: { authorization: `Bearer ${place.token}` }, keep: true })
  if (!answer.ok || answer.value.status !== 200) return null
  try {
    return told.parse(JSON.parse(answer.value.text))
  } catch {
    return null
  }
}

/**
 * Between two readings of each process: how many pages they rendered, and how often one took over what another had made. One that was started anew
 * meanwhile counts from nothing.
 */
export function workBetween(readings: readonly (readonly [before: CacheCounts, after: CacheCounts])[]): {
  readonly rendered: number
  readonly taken: number
} {
  const sum = (of: (counts: CacheCounts['counts']) => number) =>
    readings.reduce((all, [before, after]) => all + Math.max(0, of(after.counts) - of(before.counts)), 0)
  return { rendered: sum((counts) => counts['pages.render'].whole), taken: sum((counts) => counts['pages.shared'].hit) }
}
