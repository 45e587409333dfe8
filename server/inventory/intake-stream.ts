import { ok, type Result } from '#/domain/result.ts'
import type { Core, CoreFailure } from '../redis/core.ts'
import type { IntakeEntry } from './stock-counters.ts'

/**
 * The head of an intake stream, or what follows an entry: what is not committed is still in it, so the oldest entries are the work, again and again, until they are
 * deleted. There is one writer a shard; a consumer group would only keep a second list of the same thing (docs/decisions/0005).
 */
export async function readIntakeStream(
  core: Core,
  key: string,
  count: number,
  waitMs: number | null,
  after = '0-0',
): Promise<Result<IntakeEntry[], CoreFailure>> {
  const read = await core.call(key, (redis) =>
    waitMs === null
      ? redis.xread('COUNT', count, 'STREAMS', key, after)
      : redis.xread('COUNT', count, 'BLOCK', waitMs, 'STREAMS', key, after),
  )
  if (!read.ok) return read
  const entries = read.value?.[0]?.[1] ?? []
  return ok(entries.map(([entryId, words]) => parseEntry(entryId, words)))
}

/** Entries a command reads at a time, so that none holds core for long. */
const PAGE = 1000

export function readWholeStream(core: Core, key: string): Promise<Result<IntakeEntry[], CoreFailure>> {
  return core.call(key, async (redis) => {
    const entries: IntakeEntry[] = []
    for (let from = '-'; ; ) {
      const page = await redis.xrange(key, from, '+', 'COUNT', PAGE)
      entries.push(...page.map(([entryId, words]) => parseEntry(entryId, words)))
      const last = page.at(-1)
      if (!last || page.length < PAGE) return entries
      from = `(${last[0]}`
    }
  })
}

function parseEntry(entryId: string, words: string[]): IntakeEntry {
  const fields = new Map<string, string>()
  for (let i = 0; i + 1 < words.length; i += 2) fields.set(words[i] as string, words[i + 1] as string)
  return {
    entryId,
    orderId: fields.get('order') ?? '',
    reservationId: fields.get('reservation') ?? '',
    placedAtMs: Number(fields.get('placedAt')),
    record: fields.get('record') ?? '',
  }
}
