'use client'

import '#/components/base.css'
import { face } from '#/components/face.ts'
import { Message } from '#/components/message.tsx'

export default function GlobalError({ retry }: { error: unknown; retry: () => void }) {
  return (
    <html lang="en" className={face.variable}>
      <body>
        <title>Something went wrong · Saleday</title>
        <Message title="Something went wrong on our side">
          Your cart is safe and nothing was charged by this page. Please{' '}
          <button type="button" onClick={() => retry()}>
            try again
          </button>{' '}
          in a moment, or go to the <a href="/">front page</a>.
        </Message>
      </body>
    </html>
  )
}
