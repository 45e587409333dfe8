import { randomUUID } from 'node:crypto'
import type { OrderState } from '#/domain/order-state.ts'
import type { RefundWish, Units } from '#/domain/refund.ts'
import type { PlacedOrder } from '#/server/orders/placed-order.ts'
import type { TestEngine } from './test-engine.ts'

export const PENDING_REFUND_CARD = 'pm_card_pendingRefund'
export const FAILING_REFUND_CARD = 'pm_card_refundFail'

/** Longer than any pause between two looks at a refund. */
const LOOK_MS = 16 * 60_000
const MOST_LOOKS = 20

/** Ships and refunds as a merchant does, and reads what became of it. */
export function merchantHands(engine: TestEngine) {
  /** A paid order of as many lines, each of an item of its own of which ten more units than ordered are there. */
  async function paid(quantities: readonly number[] = [3, 2], change: Partial<PlacedOrder> = {}): Promise<string> {
    const wanted = []
    for (const quantity of quantities) wanted.push([await engine.sell({ stock: quantity + 10, price: 19_99 }), quantity] as const)
    const { checkoutId, ...placing } = await engine.placing(wanted, change)
    await engine.counters.place({ checkoutId, ...placing })
    await engine.rest()
    return checkoutId
  }

  function ship(orderId: string, units: readonly Units[] | 'all' = 'all', shipmentId: string = randomUUID()) {
    return engine.book.shipOrder({ shipmentId, orderId, carrier: 'An Post', tracking: 'CE1', units, nowMs: engine.clock.now() })
  }

  function refund(orderId: string, wish: RefundWish = { kind: 'all' }, { restock = true, refundId = randomUUID() as string } = {}) {
    return engine.book.requestRefund({ refundId, orderId, wish, restock, reason: 'A test asked for it', nowMs: engine.clock.now() })
  }

  return {
    paid,
    ship,
    refund,
    units: (position: number, quantity: number): RefundWish => ({ kind: 'units', units: [{ position, quantity }] }),

    /** Carries refunds out; of several of one order at once the gateway sends some away, which are tried again when they are due. */
    async settle(orderId: string): Promise<void> {
      await engine.rest()
      for (let look = 0; look < MOST_LOOKS && (await engine.db.refund.count({ where: { orderId, state: 'PENDING' } })) > 0; look += 1) {
        await engine.later(LOOK_MS)
      }
    },

    async stateOf(orderId: string): Promise<OrderState | undefined> {
      return (await engine.book.findOrder(orderId))?.state
    },

    /** Money in Postgres, in cents: captured, asked back, and what the gateway took and gave. */
    async moneyOf(orderId: string) {
      const { capturedMinor, refundedMinor } = await engine.db.order.findUniqueOrThrow({ where: { id: orderId } })
      return { ours: { capturedMinor, refundedMinor }, theirs: await engine.desk.moneyOf(orderId) }
    },

    /** On hand and allocated beyond the ten spare units of each line, in the order of the lines. */
    async stockOf(orderId: string): Promise<[onHand: number, allocated: number][]> {
      const lines = await engine.db.orderLine.findMany({ where: { orderId }, orderBy: { position: 'asc' } })
      const rows = await engine.db.stock.findMany({ where: { sku: { in: lines.map((line) => line.sku) } } })
      const levels = new Map(rows.map((row) => [row.sku, row]))
      return lines.map(({ sku }) => [(levels.get(sku)?.onHand ?? 0) - 10, levels.get(sku)?.allocated ?? 0])
    },

    refundsOf: (orderId: string) => engine.db.refund.findMany({ where: { orderId }, orderBy: { createdAt: 'asc' } }),

    mailsOf: async (orderId: string) => {
      const messages = await engine.db.outboxMessage.findMany({ where: { topic: 'mail.send', subject: { startsWith: orderId } } })
      return messages.map(({ subject }) => subject.slice(orderId.length + 1))
    },
  }
}
