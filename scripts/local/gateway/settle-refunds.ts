import type { Books } from './books.ts'
import { GatewayError } from './gateway-error.ts'
import { laterOf } from './refunds.ts'
import type { UnderWay } from './under-way.ts'

/** Carries refunds of at least this age on to what becomes of them. One whose intent is in use is left for the next look. */
export async function settleRefunds(
  { books, underWay, now }: { books: Books; underWay: UnderWay; now: () => number },
  afterMs: number,
): Promise<void> {
  const due = books.unsettledRefunds().filter(({ created }) => created * 1000 + afterMs <= now())
  for (const { id, payment_intent: intentId } of due) {
    try {
      await underWay.holdingIntent(intentId, async () => {
        const changes = laterOf(books, id)
        if (changes) await books.write(changes)
      })
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error
    }
  }
}
