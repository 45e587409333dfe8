import type { Clock } from '#/domain/clock.ts'
import { unreachable } from '#/domain/unreachable.ts'
import type { Db } from '../db/client.ts'
import { type Answer, answer, EXIT } from './answer.ts'
import { findOrderFor, type MerchantsOrder } from './find-order.ts'
import { orderLines } from './order-lines.ts'
import { ORDERS_USAGE, type OrdersAsked } from './read-orders-command.ts'
import { answerRefund } from './refund-answer.ts'
import { orServerAway } from './run-command.ts'
import { answerShip } from './ship-answer.ts'

/** What a merchant's command works with: Postgres. Workers carry out what follows. */
export type Merchant = { readonly db: Db; readonly clock: Clock; readonly newId: () => string }

/** Answers one wish of a merchant. A server that is away is an answer too, in words and with an exit code of its own. */
export function carryOutForMerchant(merchant: Merchant, asked: OrdersAsked): Promise<Answer> {
  const again = 'Whether it happened is not known: try again with the same --id.'
  return orServerAway(() => respond(merchant, asked), 'merchants', [again])
}

async function respond(merchant: Merchant, { command, id, yes }: OrdersAsked): Promise<Answer> {
  if (command.name === 'help') return answer(EXIT.fine, ORDERS_USAGE.split('\n'), { usage: ORDERS_USAGE })
  const found = await findOrderFor(merchant.db, command.order)
  if (!found.ok) return found.answer
  const given = { id: id ?? merchant.newId(), yes, nowMs: merchant.clock.now() }
  switch (command.name) {
    case 'show':
      return show(found.order)
    case 'ship':
      return answerShip(merchant.db, found.order, command, given)
    case 'refund':
      return answerRefund(merchant.db, found.order, command, given)
    default:
      return unreachable(command)
  }
}

function show(order: MerchantsOrder): Answer {
  return answer(order.trouble ? EXIT.trouble : EXIT.fine, orderLines(order), { order })
}
