import { tellTags } from '../cache/tell-tags.ts'
import type { Db, Tx } from '../db/client.ts'

/** What an edit has touched, each once however often it is named. */
export class Touched {
  readonly #tags = new Set<string>()
  readonly #offers = new Set<string>()

  /** What pages and data carry. */
  tags(...touched: readonly string[]): void {
    for (const tag of touched) this.#tags.add(tag)
  }

  /** SKUs of which core has an offer. */
  offers(...touched: readonly string[]): void {
    for (const sku of touched) this.#offers.add(sku)
  }

  async tell(tx: Tx): Promise<void> {
    if (this.#offers.size > 0)
      await tx.outboxMessage.createMany({ data: [...this.#offers].map((subject) => ({ topic: 'offer.changed', subject })) })
    if (this.#tags.size > 0) await tellTags(tx, [...this.#tags])
  }
}

/**
 * Runs an edit of the catalogue as one transaction. What it touches is told at its very end, to core through the outbox and to pages by a
 * number of the feed: nothing is locked after that number is taken, so that edits cannot wait for each other in a circle.
 */
export function edit<T>(db: Db, run: (tx: Tx, touched: Touched) => Promise<T>, options: { readonly timeout?: number } = {}): Promise<T> {
  return db.$transaction(async (tx) => {
    const touched = new Touched()
    const result = await run(tx, touched)
    await touched.tell(tx)
    return result
  }, options)
}
