'use client'

import { Trouble } from '#/components/trouble.tsx'

export default function ShopError({ retry }: { error: unknown; retry: () => void }) {
  return (
    <Trouble title="This page did not work" way={<a href="/">Go to the front page</a>} retry={retry}>
      Something went wrong on our side. Your cart is as it was.
    </Trouble>
  )
}
