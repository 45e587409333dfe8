import { readdirSync } from 'node:fs'
import os from 'node:os'

const LOWEST = os.constants.priority.PRIORITY_LOW

/**
 * Puts this process behind all others that want the processor. On Linux a priority belongs to a thread, and those that do the work, Node's
 * own pool, are there before any code of ours runs: each is put last. A thread that starts later begins where its maker is.
 */
export function takeLowestPriority(): void {
  os.setPriority(LOWEST)
  if (process.platform !== 'linux') return
  for (const thread of readdirSync('/proc/self/task')) {
    try {
      os.setPriority(Number(thread), LOWEST)
    } catch {
      // it has ended since
    }
  }
}
