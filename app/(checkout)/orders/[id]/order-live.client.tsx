'use client'

import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useEffect, useState } from 'react'

const POLL_MS = 1000

type Seen = { readonly version: number; readonly heldUp: boolean }

/** Follows the order and has the page rendered anew when it has changed, or is held up, or is no more. Shows nothing itself. */
export function OrderLive({ orderId, ...shown }: { orderId: string } & Seen) {
  const [client] = useState(() => new QueryClient())
  return (
    <QueryClientProvider client={client}>
      <Follow orderId={orderId} {...shown} />
    </QueryClientProvider>
  )
}

function Follow({ orderId, version, heldUp }: { orderId: string } & Seen) {
  const router = useRouter()
  const { data } = useQuery({
    queryKey: ['order', orderId],
    queryFn: async ({ signal }): Promise<Seen> => {
      const response = await fetch(`/api/orders/${orderId}`, { signal })
      if (!response.ok) throw new Error(`order answered ${response.status}`)
      return response.json()
    },
    refetchInterval: POLL_MS,
  })
  useEffect(() => {
    if (data && (data.version !== version || data.heldUp !== heldUp)) router.refresh()
  }, [data, version, heldUp, router])
  return null
}
