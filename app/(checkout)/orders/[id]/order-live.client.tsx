'use client'

import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useEffect, useState } from 'react'

const POLL_MS = 1000

/** Follows the order and has the page rendered anew when its version has changed. Shows nothing itself. */
export function OrderLive({ orderId, version }: { orderId: string; version: number }) {
  const [client] = useState(() => new QueryClient())
  return (
    <QueryClientProvider client={client}>
      <Follow orderId={orderId} version={version} />
    </QueryClientProvider>
  )
}

function Follow({ orderId, version }: { orderId: string; version: number }) {
  const router = useRouter()
  const { data } = useQuery({
    queryKey: ['order', orderId],
    queryFn: async ({ signal }): Promise<{ version: number }> => {
      const response = await fetch(`/api/orders/${orderId}`, { signal })
      if (!response.ok) throw new Error(`order answered ${response.status}`)
      return response.json()
    },
    refetchInterval: POLL_MS,
  })
  const seen = data?.version
  useEffect(() => {
    if (seen !== undefined && seen !== version) router.refresh()
  }, [seen, version, router])
  return null
}
