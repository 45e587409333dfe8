const FIRST_PAUSE_MS = 10_000
const LAST_PAUSE_MS = 600_000

/**
 * When what is still not done is tried again: after a pause that doubles each time, so that what fails every time costs next to nothing and is
 * never given up.
 */
export class LaterEachTime {
  #tries = new Map<string, { readonly nextMs: number; readonly pauseMs: number }>()

  isDue(id: string, nowMs: number): boolean {
    return (this.#tries.get(id)?.nextMs ?? 0) <= nowMs
  }

  noteTry(id: string, nowMs: number): void {
    const before = this.#tries.get(id)
    const pauseMs = before ? Math.min(LAST_PAUSE_MS, before.pauseMs * 2) : FIRST_PAUSE_MS
    this.#tries.set(id, { nextMs: nowMs + pauseMs, pauseMs })
  }

  /** Forgets all but those that are still to be done. */
  keepOnly(ids: ReadonlySet<string>): void {
    for (const id of this.#tries.keys()) if (!ids.has(id)) this.#tries.delete(id)
  }
}
