import { z } from 'zod'
import { signed, unsigned } from '../signing.ts'

/** The orders that a browser placed, newest first, in a signed cookie. */
export const ORDERS_COOKIE = 'orders'
export const ORDERS_KEEP_SECONDS = 90 * 24 * 3600
const MAX_ORDERS = 30

const schema = z.array(z.uuid()).max(MAX_ORDERS)

export function openOrders(cookie: string | undefined): string[] {
  const orders = schema.safeParse(cookie ? unsigned('orders', cookie) : null)
  return orders.success ? orders.data : []
}

/** The cookie with one more order; the oldest beyond the bound is forgotten, its mail still opens it. */
export function addOrder(cookie: string | undefined, orderId: string): string {
  const others = openOrders(cookie).filter((known) => known !== orderId)
  return signed('orders', [orderId, ...others].slice(0, MAX_ORDERS))
}

export function mayOpen(cookie: string | undefined, orderId: string): boolean {
  return openOrders(cookie).includes(orderId)
}
