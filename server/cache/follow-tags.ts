import type { Db } from '../db/client.ts'
import { type Loop, runLoop } from '../run-loop.ts'
import { log } from '../telemetry/log.ts'
import { beginEpoch, readTags } from './read-tags.ts'
import type { TagClock } from './tag-clock.ts'

/** How soon an edit is known. One row and an index are asked. */
const POLL_MS = 250

/** Keeps a clock at what Postgres knows, until it is stopped. While Postgres is away the clock stands, and its lease ends. */
export function followTags(db: Db, clock: TagClock): Loop & { readonly known: Promise<void> } {
  let isKnown = () => {}
  const known = new Promise<void>((resolve) => {
    isKnown = resolve
  })
  const loop = runLoop('tags', POLL_MS, async () => {
    await catchUp(db, clock)
    isKnown()
    return 'idle'
  })
  return { ...loop, known }
}

/** Brings a clock to what Postgres knows by now. */
export async function catchUp(db: Db, clock: TagClock): Promise<void> {
  const askedAtMs = performance.now()
  const { epoch, sequence } = clock.now
  const read = await readTags(db, sequence)
  const isSetBack = read.epoch === epoch && read.head < sequence
  if (isSetBack) {
    log.warn({ known: sequence, head: read.head }, 'Postgres was set back: everything that is kept counts as old')
    await beginEpoch(db, epoch)
  }
  const isAnother = read.epoch !== epoch && sequence > 0
  clock.apply(isSetBack || isAnother ? await readTags(db, 0) : read, askedAtMs)
}
