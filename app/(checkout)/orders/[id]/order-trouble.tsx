import type { ReactNode } from 'react'
import controls from '#/components/controls.module.css'
import { orderNumber } from '#/domain/order-number.ts'
import styles from './order.module.css'

export type Trouble = 'away' | 'unknown' | 'lost'

export const TROUBLE_TITLES: Record<Trouble, string> = {
  away: 'We cannot show your order right now',
  unknown: 'We are checking whether this order arrived',
  lost: 'We have lost your order',
}

/** What stands in an order's place when nobody can show it, and what to do. */
export function OrderTrouble({ orderId, kind }: { orderId: string; kind: Trouble }) {
  const { text, way } = wordsFor(orderId, kind)
  return (
    <div className={styles.state}>
      <p className="quiet">Order {orderNumber(orderId)}</p>
      <h1>{TROUBLE_TITLES[kind]}</h1>
      <p className={styles.text}>{text}</p>
      <p className={styles.ways}>{way}</p>
    </div>
  )
}

function wordsFor(orderId: string, kind: Trouble): { text: ReactNode; way: ReactNode } {
  switch (kind) {
    case 'away':
      return {
        text: 'Nothing about it has changed: an order that was received is kept. This page tries again by itself.',
        way: <a href={`/orders/${orderId}`}>Try again now</a>,
      }
    case 'unknown':
      return {
        text: 'So far it has not, and nothing was charged. If this does not change, place it once more: it is never placed or charged twice.',
        way: <a href="/checkout">Go back to the checkout</a>,
      }
    case 'lost':
      return {
        text: `We had received it, and then a machine of ours failed before it was written down for good. We are sorry. Nothing was charged and nothing will be sent. Please order again.`,
        way: (
          <a href="/" className={controls.button}>
            Go to the shop
          </a>
        ),
      }
  }
}
