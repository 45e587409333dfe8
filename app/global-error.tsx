'use client'

import '#/components/base.css'
import { face } from '#/components/face.ts'
import { Trouble } from '#/components/trouble.tsx'

export default function GlobalError({ retry }: { error: unknown; retry: () => void }) {
  return (
    <html lang="en" className={face.variable}>
      <body>
        <title>Something went wrong · Saleday</title>
        <Trouble title="Something went wrong on our side" way={<a href="/">Go to the front page</a>} retry={retry}>
          Your cart is safe and nothing was charged by this page. Please try again in a moment.
        </Trouble>
      </body>
    </html>
  )
}
