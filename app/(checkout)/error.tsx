'use client'

import controls from '#/components/controls.module.css'
import { Message } from '#/components/message.tsx'

export default function CheckoutError({ retry }: { error: unknown; retry: () => void }) {
  const ways = (
    <>
      <button type="button" className={controls.button} onClick={() => retry()}>
        Try again
      </button>
      <a href="/cart">See your cart</a>
    </>
  )
  return (
    <Message title="Something went wrong on our side" ways={ways}>
      Your cart is safe. If you were placing an order, trying again with the same page is safe too: it is never placed or charged twice.
    </Message>
  )
}
