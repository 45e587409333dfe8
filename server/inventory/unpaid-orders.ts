import { setTimeout } from 'node:timers/promises'
import type { Sku } from '#/domain/sku.ts'
import { coalesce } from '../coalesce.ts'

/** How long an answer is good for, as that of the stock itself. */
const KEPT_MS = 1000

/** How long whoever asks waits for Postgres; without its answer nothing is known to be unpaid. */
const WAIT_MS = 250

/** SKUs that one question may name, and that are remembered at most; beyond it the oldest is forgotten. */
const MOST_SKUS = 1000

type Count = (skus: readonly Sku[]) => Promise<ReadonlyMap<Sku, number>>

/**
 * How many unpaid orders hold units of SKUs that are sold out, for a crowd that asks all the time: one question at a time goes to Postgres,
 * each SKU is asked for once a second, and while Postgres is away or slow nobody waits for long.
 */
export class UnpaidOrders {
  readonly #ask: (sku: Sku) => Promise<number>
  readonly #known = new Map<Sku, { readonly untilMs: number; readonly orders: Promise<number> }>()

  constructor(count: Count) {
    this.#ask = coalesce(
      async (skus: readonly Sku[]) => {
        const counts = await count([...new Set(skus)])
        return skus.map((sku) => counts.get(sku) ?? 0)
      },
      { most: MOST_SKUS, inFlight: 1 },
    )
  }

  async of(sku: Sku): Promise<number> {
    const known = this.#known.get(sku)
    if (known && known.untilMs > performance.now()) return known.orders
    // Whoever comes meanwhile gets the same promise.
    const orders = Promise.race([this.#ask(sku).catch(() => 0), setTimeout(WAIT_MS, 0, { ref: false })])
    this.#known.delete(sku)
    this.#known.set(sku, { untilMs: performance.now() + KEPT_MS, orders })
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= MOST_SKUS) break
      this.#known.delete(oldest)
    }
    return orders
  }
}
