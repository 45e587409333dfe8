'use client'

import '#/components/base.css'
import controls from '#/components/controls.module.css'
import { face } from '#/components/face.ts'
import { Message } from '#/components/message.tsx'

export default function GlobalError({ retry }: { error: unknown; retry: () => void }) {
  const ways = (
    <>
      <button type="button" className={controls.button} onClick={() => retry()}>
        Try again
      </button>
      <a href="/">Go to the front page</a>
    </>
  )
  return (
    <html lang="en" className={face.variable}>
      <body>
        <title>Something went wrong · Saleday</title>
        <Message title="Something went wrong on our side" ways={ways}>
          Your cart is safe and nothing was charged by this page. Please try again in a moment.
        </Message>
      </body>
    </html>
  )
}
