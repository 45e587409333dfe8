'use client'

import { Trouble } from '#/components/trouble.tsx'

export default function CheckoutError({ retry }: { error: unknown; retry: () => void }) {
  return (
    <Trouble title="Something went wrong on our side" way={<a href="/cart">See your cart</a>} retry={retry}>
      Your cart is safe. If you were placing an order, trying again with the same page is safe too: it is never placed or charged twice.
    </Trouble>
  )
}
