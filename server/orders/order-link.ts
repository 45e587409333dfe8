import { env } from '../env.ts'
import { isSignature, sign } from '../signing.ts'

/** The link in an order's mails: it opens the page for whoever holds it. */
export function orderLink(orderId: string): string {
  return new URL(`/orders/${orderId}?key=${sign('order-link', orderId)}`, env().PUBLIC_URL).href
}

export function isOrderKey(orderId: string, key: string): boolean {
  return isSignature('order-link', orderId, key)
}
