/** The states of an order in Postgres. What was placed and not yet taken in is `RECEIVED` to the shopper and has no row. */
export const ORDER_STATES = [
  'ALLOCATED',
  'REJECTED',
  'PAYING',
  'ACTION_REQUIRED',
  'DECLINED',
  'CONFIRMED',
  'FULFILLED',
  'REFUNDED',
  'CANCELLED',
] as const
export type OrderState = (typeof ORDER_STATES)[number]

/** What an order page can show: the states of a row and, before there is one, `RECEIVED`. */
export type VisibleState = OrderState | 'RECEIVED'

/** From these a payment attempt may start. */
export const STATES_PAYABLE = ['ALLOCATED', 'ACTION_REQUIRED', 'DECLINED'] as const satisfies readonly OrderState[]

/** Holding stock and not paid: a success just retrieved from the gateway confirms these, a cancelled intent cancels them. */
export const STATES_UNPAID = ['ALLOCATED', 'PAYING', 'ACTION_REQUIRED', 'DECLINED'] as const satisfies readonly OrderState[]

/** Waiting for the shopper: another card, or the bank's step. Each ends by its deadline. */
export const STATES_SHOPPERS_TURN = ['ACTION_REQUIRED', 'DECLINED'] as const satisfies readonly OrderState[]

/** Paid: what is not shipped yet holds stock, what is not refunded yet can be. */
export const STATES_PAID = ['CONFIRMED', 'FULFILLED', 'REFUNDED'] as const satisfies readonly OrderState[]

/** Nothing more happens to these by themselves. A merchant still ships and refunds what is paid. */
export const STATES_FINAL = ['REJECTED', 'CONFIRMED', 'FULFILLED', 'REFUNDED', 'CANCELLED'] as const satisfies readonly OrderState[]

export function isFinal(state: VisibleState): boolean {
  return (STATES_FINAL as readonly VisibleState[]).includes(state)
}

/** Whether an order goes on by what the shopper does. Nothing is wanted of them any more once cancelling was asked for. */
export function isShoppersTurn({ state, cancelling }: { readonly state: VisibleState; readonly cancelling: boolean }): boolean {
  return !cancelling && (STATES_SHOPPERS_TURN as readonly VisibleState[]).includes(state)
}

/**
 * How soon an order's page may have something new to say: `soon` while the order is on its way to be paid for, `later` where a merchant may
 * still ship or refund, `never` where it has ended. `moneyOnItsWay`: whether a refund is not settled yet.
 */
export function mayChange(state: VisibleState, moneyOnItsWay: boolean): 'soon' | 'later' | 'never' {
  if (!isFinal(state)) return 'soon'
  return state === 'CONFIRMED' || state === 'FULFILLED' || moneyOnItsWay ? 'later' : 'never'
}

/** How long an order whose payment needs the shopper keeps its items, from the first time that it does. */
export const SHOPPERS_HOLD_SECONDS = 15 * 60

/** How long an order that the gateway has not answered keeps its items. Longer than most outages; nobody may hold stock for ever. */
export const UNPAID_HOLD_SECONDS = 2 * 3600
