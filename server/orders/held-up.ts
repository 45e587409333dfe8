import { STATES_UNPAID } from '#/domain/order-state.ts'
import type { OrderView } from '../inventory/stock-counters.ts'
import { isGatewayAway } from '../payments/gateway-state.ts'
import type { Core } from '../redis/core.ts'

/** Whether an order waits for a payment gateway that is known not to answer. Asks nobody about any other order. */
export async function isHeldUp(core: Core, { state }: Pick<OrderView, 'state'>): Promise<boolean> {
  return STATES_UNPAID.some((unpaid) => unpaid === state) && (await isGatewayAway(core))
}
