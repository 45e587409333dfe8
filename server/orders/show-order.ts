import type { OrderView } from '../inventory/stock-counters.ts'
import { log } from '../telemetry/log.ts'
import { bareView } from './bare-view.ts'
import { viewOfDeadLetter } from './dead-letters.ts'
import { type PlacedOrder, readPlacedOrder } from './placed-order.ts'
import type { Ports } from './ports.ts'
import { viewOf } from './read-order.ts'

/** An order as its page shows it. Before Postgres has recorded it, its state is RECEIVED. What was ordered is null where it cannot be read. */
export type ShownOrder = {
  readonly orderId: string
  readonly placedAtMs: number
  readonly order: PlacedOrder | null
  readonly view: OrderView
}

export type Shown =
  | { readonly kind: 'order'; readonly shown: ShownOrder }
  /** Neither core nor Postgres has heard of it, and both answered. */
  | { readonly kind: 'unknown' }
  /** It was received, and core lost it before Postgres had it. Nothing was charged. */
  | { readonly kind: 'lost' }
  /** Whoever could know is away. */
  | { readonly kind: 'away' }

const RECEIVED = bareView(-1, 'RECEIVED')

/** From core, where each change is mirrored, so that it answers while Postgres is away; from Postgres when core is away or has forgotten. */
export async function showOrder({ counters, book }: Pick<Ports, 'counters' | 'book'>, orderId: string): Promise<Shown> {
  const stored = await counters.findCheckout(orderId)
  if (stored.ok && stored.value) {
    const { placedAtMs, order, view } = stored.value
    return { kind: 'order', shown: { orderId, placedAtMs, order, view: view ?? RECEIVED } }
  }
  try {
    const found = await book.findOrder(orderId)
    if (!found) {
      const letter = await book.deadLetterOf(orderId)
      if (letter) {
        const { placedAtMs, record } = letter
        return { kind: 'order', shown: { orderId, placedAtMs, order: readPlacedOrder(record), view: viewOfDeadLetter(letter) } }
      }
      return { kind: !stored.ok ? 'away' : (await book.isLost(orderId)) ? 'lost' : 'unknown' }
    }
    const { placedAtMs, order } = found
    const { fingerprint, ...view } = viewOf(found)
    return { kind: 'order', shown: { orderId, placedAtMs, order, view } }
  } catch (error) {
    log.warn({ orderId, err: error }, 'order could not be read')
    return { kind: 'away' }
  }
}
