import fs from 'node:fs'
import { type AsOf, asOfSchema, isSame, UNKNOWN } from '../cache/as-of.ts'
import { readTags } from '../cache/read-tags.ts'
import type { Db } from '../db/client.ts'
import { runLoop } from '../run-loop.ts'
import { log } from '../telemetry/log.ts'
import type { Purge } from './purge.ts'
import { PurgeRounds } from './purge-rounds.ts'

/** How soon an edit is known. One row and an index are asked. */
const POLL_MS = 250
/** How soon what is due is done. */
const LOOK_MS = 100

export type Following = {
  readonly db: Db
  /** Has an edge forget all that a purge is about. Returns how much it was; throws while the edge is away. */
  readonly forget: (purge: Purge) => Promise<number>
  /** Where it is kept up to where everything is settled, beside what the edge keeps. Without it everything is forgotten once. */
  readonly cursorFile: string
}

/**
 * Keeps an edge true to the feed until it is stopped: what an edit has made old is forgotten, a moment later and twice more (`ROUNDS_MS`). It asks
 * the feed itself, so nobody has to reach it, and after it was away it goes on where it had been. While Postgres is away nothing is edited;
 * while the edge is away nothing is sent.
 */
export function followFeed({ db, forget, cursorFile }: Following): { readonly stop: () => Promise<void> } {
  const rounds = new PurgeRounds(readCursor(cursorFile))
  let kept = rounds.settled
  const purging = runLoop('purges', LOOK_MS, async () => {
    const due = rounds.due(performance.now())
    if (due) {
      const count = await forget(due.purge)
      due.done()
      log.info({ tags: [...(due.purge.told?.keys() ?? ['all'])].slice(0, MOST_LOGGED), count }, 'purged')
    }
    if (!isSame(rounds.settled, kept)) {
      kept = rounds.settled
      writeCursor(cursorFile, kept)
    }
    return 'idle'
  })
  const hearing = runLoop('feed', POLL_MS, async () => {
    rounds.hear(await readTags(db, rounds.heard.sequence), performance.now())
    return 'idle'
  })
  return {
    stop: async () => {
      await hearing.stop()
      await purging.stop()
    },
  }
}

const MOST_LOGGED = 20

/** A file that was cut short is as good as none. */
function readCursor(file: string): AsOf {
  try {
    return asOfSchema.parse(JSON.parse(fs.readFileSync(file, 'utf8')))
  } catch {
    return UNKNOWN
  }
}

function writeCursor(file: string, settled: AsOf): void {
  fs.writeFileSync(`${file}.part`, JSON.stringify(settled))
  fs.renameSync(`${file}.part`, file)
}
