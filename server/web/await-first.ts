import { setTimeout } from 'node:timers/promises'
import type { SharedPage, SharedPages } from './shared-pages.ts'

/** A rendering takes a fraction of it. Beyond that whoever waits renders the page himself. */
const PATIENCE_MS = 1500
const LOOK_MS = 25

/**
 * Of a page that is nowhere yet, one process renders the first copy, and the others wait for it. Null when this process is to render it: it holds
 * the page then, or nobody can say who does.
 */
export async function awaitFirst(shared: SharedPages, path: string): Promise<SharedPage | null> {
  const held = await shared.lock(path)
  if (held === 'away') return null
  const untilMs = performance.now() + PATIENCE_MS
  for (let isTheirs = held === 'theirs'; ; isTheirs = await shared.isLocked(path)) {
    // Once more after it was let go of: it is put before that.
    const page = await shared.find(path)
    // It came between the look before this and the lock: there is nothing to render.
    if (page !== null && held === 'ours') await shared.unlock(path)
    if (page !== null || !isTheirs || performance.now() > untilMs) return page
    await setTimeout(LOOK_MS)
  }
}
