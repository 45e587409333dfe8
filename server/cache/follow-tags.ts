import type { Db } from '../db/client.ts'
import { type Loop, runLoop } from '../run-loop.ts'
import { log } from '../telemetry/log.ts'
import { isSame } from './as-of.ts'
import { beginEpoch, readTags } from './read-tags.ts'
import type { TagClock } from './tag-clock.ts'

/** How soon an edit is known. One row and an index are asked. */
const POLL_MS = 250

type Feed = Loop & {
  /** Once something is known of it. */
  readonly known: Promise<void>
  /** Has it told whenever the clock knows of something new. */
  onHeard(tell: () => void): void
}

/** Keeps a clock at what Postgres knows, until it is stopped. While Postgres is away the clock stands, and its lease ends. */
export function followTags(db: Db, clock: TagClock): Feed {
  let heard = () => {}
  let isKnown = () => {}
  const known = new Promise<void>((resolve) => {
    isKnown = resolve
  })
  const loop = runLoop('tags', POLL_MS, async () => {
    const before = clock.now
    await catchUp(db, clock)
    isKnown()
    if (!isSame(before, clock.now)) heard()
    return 'idle'
  })
  const onHeard = (tell: () => void) => {
    heard = tell
  }
  return { ...loop, known, onHeard }
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
