import { advanceOrder } from '#/server/orders/advance-order.ts'
import type { Order } from '#/server/orders/order-book.ts'
import { takeInBatch } from '#/server/orders/run-intake.ts'
import { SHARD } from './shelf.ts'
import type { TestEngine } from './test-engine.ts'

export const GOOD_CARD = 'pm_card_visa'
export const DECLINED_CARD = 'pm_card_chargeDeclined'
export const ASKING_CARD = 'pm_card_authenticationRequired'

/** Brings orders to where a test begins, and reads what became of them. Each order is for two units of three that there are. */
export function orderHands(engine: TestEngine) {
  /** Holds its stock and was not paid yet. */
  async function allocated(paymentMethod = GOOD_CARD): Promise<string> {
    const unit = await engine.sell({ stock: 3 })
    const { checkoutId, ...placing } = await engine.placing([[unit, 2]], { paymentMethod })
    await engine.counters.place({ checkoutId, ...placing })
    await takeInBatch(engine, SHARD, 1)
    return checkoutId
  }

  /** One unit each, of the same item. */
  async function manyAllocated(count: number, paymentMethod = GOOD_CARD): Promise<string[]> {
    const unit = await engine.sell({ stock: count })
    const placings = await Promise.all(Array.from({ length: count }, () => engine.placing([[unit, 1]], { paymentMethod })))
    for (const placing of placings) await engine.counters.place(placing)
    await takeInBatch(engine, SHARD, 1)
    return placings.map((placing) => placing.checkoutId)
  }

  async function paidWith(paymentMethod: string): Promise<string> {
    const orderId = await allocated(paymentMethod)
    await engine.rest()
    return orderId
  }

  async function read(orderId: string): Promise<Order> {
    const order = await engine.book.findOrder(orderId)
    if (!order) throw new Error('order is missing')
    return order
  }

  async function freeUnits(orderId: string): Promise<number> {
    const { sku } = await engine.db.orderLine.findFirstOrThrow({ where: { orderId } })
    const { onHand, allocated: taken } = await engine.db.stock.findUniqueOrThrow({ where: { sku } })
    return onHand - taken
  }

  return {
    allocated,
    manyAllocated,
    declined: () => paidWith(DECLINED_CARD),
    atBank: () => paidWith(ASKING_CARD),
    read,
    freeUnits,

    /** Whether money and stock agree with the order, and what state that is. */
    async outcomeOf(orderId: string): Promise<'paid and sold' | 'cancelled and given back' | string> {
      const { state } = await read(orderId)
      const { charges, intents } = await engine.desk.accountOf(orderId)
      const facts = [state, charges, intents.join(), await freeUnits(orderId)].join(' ')
      if (facts === 'CONFIRMED 1 succeeded 1') return 'paid and sold'
      return /^CANCELLED 0 (canceled)? 3$/.test(facts) ? 'cancelled and given back' : facts
    },

    /** Many workers at one order. */
    crowd: (orderId: string, size = 8) => Promise.all(Array.from({ length: size }, () => advanceOrder(engine, orderId))),
  }
}
