'use client'

import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import styles from './live-stock.module.css'

type Stock = Record<string, { available: number }>

/** From this many units on, the number is nobody's business. */
const FEW = 5

const client = new QueryClient()

export function StockPanel({ skus }: { skus: readonly string[] }) {
  return (
    <QueryClientProvider client={client}>
      <Left skus={skus} />
    </QueryClientProvider>
  )
}

function Left({ skus }: { skus: readonly string[] }) {
  const place = useRef<HTMLParagraphElement>(null)
  const [chosen, setChosen] = useState(skus[0])
  const { data } = useQuery({
    queryKey: ['stock', ...skus],
    queryFn: ({ signal }) => fetchStock(skus, signal),
    refetchInterval: 15_000,
    retry: 1,
  })

  useEffect(() => {
    const form = place.current?.closest('form')
    if (!form) return
    const read = () => setChosen(String(new FormData(form).get('sku') ?? ''))
    read()
    form.addEventListener('change', read)
    return () => form.removeEventListener('change', read)
  }, [])

  const available = chosen === undefined ? undefined : data?.[chosen]?.available
  return (
    <p ref={place} role="status" className={available !== undefined && available <= FEW ? styles.low : undefined}>
      {available === undefined ? '' : words(available)}
    </p>
  )
}

function words(available: number): string {
  if (available === 0) return 'Sold out'
  return available <= FEW ? `Only ${available} left` : 'In stock'
}

async function fetchStock(skus: readonly string[], signal: AbortSignal): Promise<Stock> {
  const query = new URLSearchParams(skus.map((sku) => ['sku', sku]))
  const response = await fetch(`/api/stock?${query}`, { signal })
  if (!response.ok) throw new Error(`stock answered ${response.status}`)
  return response.json()
}
