'use client'

import controls from '#/components/controls.module.css'
import { Message } from '#/components/message.tsx'

export default function ShopError({ retry }: { error: unknown; retry: () => void }) {
  const ways = (
    <>
      <button type="button" className={controls.button} onClick={() => retry()}>
        Try again
      </button>
      <a href="/">Go to the front page</a>
    </>
  )
  return (
    <Message title="This page did not work" ways={ways}>
      Something went wrong on our side. Your cart is as it was.
    </Message>
  )
}
