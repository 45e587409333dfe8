import { setTimeout } from 'node:timers/promises'

const PATIENCE_MS = 20_000
const LOOK_MS = 20

/** Looks until what is awaited is there, and returns it; gives up loudly. An outage while looking counts as not yet. */
export async function eventually<T>(what: string, look: () => Promise<T | null | undefined | false>, patienceMs = PATIENCE_MS): Promise<T> {
  const giveUpAt = Date.now() + patienceMs
  let last: unknown
  while (Date.now() < giveUpAt) {
    try {
      const seen = await look()
      if (seen) return seen
      last = undefined
    } catch (error) {
      last = error
    }
    await setTimeout(LOOK_MS)
  }
  throw new Error(`waited ${patienceMs} ms in vain: ${what}`, { cause: last })
}
