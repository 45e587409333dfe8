'use client'

import { unstable_isUnrecognizedActionError as isUnknownAction } from 'next/navigation'
import { Trouble } from '#/components/trouble.tsx'

export default function CheckoutError({ error, retry }: { error: unknown; retry: () => void }) {
  const way = <a href="/cart">See your cart</a>
  return isUnknownAction(error) ? (
    <Trouble title="We have updated the shop" press="Load this page anew" retry={() => location.reload()} way={way}>
      This page is from before that, so what you pressed was not done: nothing was changed, ordered or charged. Load the page anew and go
      on.
    </Trouble>
  ) : (
    <Trouble title="Something went wrong on our side" retry={retry} way={way}>
      Your cart is safe. If you were placing an order, trying again with the same page is safe too: it is never placed or charged twice.
    </Trouble>
  )
}
