'use client'

import { Message } from '#/components/message.tsx'

export default function CheckoutError({ retry }: { error: unknown; retry: () => void }) {
  return (
    <Message title="Something went wrong on our side">
      Your cart is safe. If you were placing an order, trying again with the same page is safe too: it is never placed or charged twice.{' '}
      <button type="button" onClick={() => retry()}>
        Try again
      </button>
    </Message>
  )
}
