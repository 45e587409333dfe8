import type { Sku } from '#/domain/sku.ts'

/** How long "sold out" is believed without asking core: what comes back on sale is sold within a second. */
const BELIEVED_MS = 1000

/** SKUs that are remembered at most; beyond it the oldest is forgotten. */
const MOST_SKUS = 1000

type Short = { readonly sku: Sku; readonly available: number }

/** What this process was just told to be sold out to the last unit, so that a crowd that comes too late costs core next to nothing. */
export class SoldOutMemory {
  readonly #until = new Map<Sku, number>()

  remember(short: readonly Short[]): void {
    for (const { sku, available } of short) {
      if (available > 0) continue
      this.#until.delete(sku)
      this.#until.set(sku, performance.now() + BELIEVED_MS)
    }
    for (const sku of this.#until.keys()) {
      if (this.#until.size <= MOST_SKUS) return
      this.#until.delete(sku)
    }
  }

  /** The lines that cannot be served; null when none is known to be. */
  shortOf(lines: readonly { readonly sku: Sku }[]): Short[] | null {
    if (this.#until.size === 0) return null
    const now = performance.now()
    const short = lines.filter(({ sku }) => (this.#until.get(sku) ?? 0) > now).map(({ sku }) => ({ sku, available: 0 }))
    return short.length > 0 ? short : null
  }
}
