/** The states of an order in Postgres. What was placed and not yet taken in is `RECEIVED` to the shopper and has no row. */
export const ORDER_STATES = ['ALLOCATED', 'REJECTED', 'PAYING', 'DECLINED', 'CONFIRMED', 'CANCELLED'] as const
export type OrderState = (typeof ORDER_STATES)[number]

/** What an order page can show: the states of a row and, before there is one, `RECEIVED`. */
export type VisibleState = OrderState | 'RECEIVED'

/** From these a payment attempt may start. */
export const STATES_PAYABLE = ['ALLOCATED', 'DECLINED'] as const satisfies readonly OrderState[]

/** Holding stock and not paid: a success just retrieved from the gateway confirms these, a cancelled intent cancels them. */
export const STATES_UNPAID = ['ALLOCATED', 'PAYING', 'DECLINED'] as const satisfies readonly OrderState[]

/** Nothing more happens to these by themselves. */
export const STATES_FINAL = ['REJECTED', 'CONFIRMED', 'CANCELLED'] as const satisfies readonly OrderState[]

export function isFinal(state: VisibleState): boolean {
  return (STATES_FINAL as readonly VisibleState[]).includes(state)
}

/** How long a declined order keeps its items for another card, from the first decline on. */
export const DECLINED_HOLD_SECONDS = 15 * 60
