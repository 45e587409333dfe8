import { abortAfter } from '../../../abort-after.ts'

/** What an open page knows of an order, and what it asks after. */
export type Seen = { readonly version: number; readonly heldUp: boolean }

type Listener = {
  readonly seen: (seen: Seen) => void
  /** So many questions in a row had no answer; 0 once there is one again. */
  readonly unanswered: (inARow: number) => void
}

const TIMEOUT_MS = 8000
const LONGEST_PAUSE_MS = 30_000

/**
 * Asks after an order every `paceMs` while somebody looks at the page, and at once when they come back to it or to the network. Where
 * nothing answers it asks less and less often. Returns the end of it.
 */
export function followOrder(orderId: string, paceMs: number, listener: Listener): () => void {
  const end = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  let asking = false
  let failures = 0

  const ask = async () => {
    clearTimeout(timer)
    if (asking || end.signal.aborted || document.visibilityState === 'hidden') return
    asking = true
    const answered = await askOnce()
    asking = false
    if (end.signal.aborted) return
    failures = answered ? 0 : failures + 1
    listener.unanswered(failures)
    timer = setTimeout(ask, pauseAfter(failures, paceMs))
  }

  const askOnce = async (): Promise<boolean> => {
    try {
      return await abortAfter(TIMEOUT_MS, end.signal, async (signal) => {
        const response = await fetch(`/api/orders/${orderId}`, { signal, cache: 'no-store' })
        // Not there (yet) is an answer, too.
        if (response.ok) listener.seen(await response.json())
        return response.ok || response.status === 404
      })
    } catch {
      return false
    }
  }

  document.addEventListener('visibilitychange', ask, { signal: end.signal })
  window.addEventListener('online', ask, { signal: end.signal })
  timer = setTimeout(ask, paceMs)
  return () => {
    end.abort()
    clearTimeout(timer)
  }
}

/** Somewhat random after a failure, so that a shop that comes back is not asked by everybody at once. */
function pauseAfter(failures: number, paceMs: number): number {
  if (failures === 0) return paceMs
  return Math.max(paceMs, Math.min(LONGEST_PAUSE_MS, 1000 * 2 ** failures) * (0.75 + Math.random() / 2))
}
