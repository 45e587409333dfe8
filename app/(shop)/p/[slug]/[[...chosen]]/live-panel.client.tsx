'use client'

import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { createPortal } from 'react-dom'
import { PriceTag } from '#/components/price-tag.tsx'
import { deliveryWindow, windowWords } from '#/domain/delivery-estimate.ts'
import { DELIVERY_METHODS } from '#/domain/pricing.ts'
import { followChoice } from './follow-choice.client.ts'
import { startGallery } from './gallery.client.ts'
import type { LiveProps } from './live-variant.ts'
import { isLow, isSoldOut, markWords, type Stock, stockWords } from './stock-words.ts'

const client = new QueryClient()

export function LivePanel(props: LiveProps) {
  return (
    <QueryClientProvider client={client}>
      <Live {...props} />
    </QueryClientProvider>
  )
}

/** Puts what it knows into the places that the page keeps for it: `data-stock-of`, `data-live-price`, `data-live-button`, `data-live-delivery`. */
function Live({ variants, pricesDiffer }: LiveProps) {
  const status = useRef<HTMLParagraphElement>(null)
  const statusId = useId()
  const [form, setForm] = useState<HTMLFormElement | null>(null)
  const [chosen, setChosen] = useState({ sku: variants[0]?.sku, byShopper: false })
  const skus = variants.map(({ sku }) => sku)
  const { data, dataUpdatedAt, isError } = useQuery({
    queryKey: ['stock', ...skus],
    queryFn: ({ signal }) => fetchStock(skus, signal),
    refetchInterval: 15_000,
    retry: 1,
  })
  const variant = variants.find(({ sku }) => sku === chosen.sku)
  const stock = variant && data?.[variant.sku]
  const soldOut = stock !== undefined && isSoldOut(stock)

  useEffect(() => setForm(status.current?.closest('form') ?? null), [])
  useEffect(() => (form ? followChoice(form, variants, setChosen) : undefined), [form, variants])
  useEffect(() => (form && soldOut ? refuseToAdd(form, statusId) : undefined), [form, soldOut, statusId])
  useEffect(() => {
    const gallery = document.querySelector<HTMLElement>('[data-gallery]')
    return gallery ? startGallery(gallery) : undefined
  }, [])

  const today = dayOf(new Date(dataUpdatedAt || Date.now()))
  return (
    <>
      <p ref={status} id={statusId} role="status" data-low={stock && isLow(stock) ? '' : undefined}>
        {stock ? stockWords(stock) : isError && 'We cannot see the stock right now. You can order all the same.'}
      </p>
      {into('[data-live-button]', soldOut && 'Sold out')}
      {into('[data-live-price]', variant && pricesDiffer && chosen.byShopper && <PriceTag {...variant.price} />)}
      {skus.map((sku) => into(`[data-stock-of="${sku}"]`, data?.[sku] && markWords(data[sku])))}
      {DELIVERY_METHODS.map((method) => into(`[data-live-delivery=${method}]`, windowWords(deliveryWindow(today, method))))}
    </>
  )
}

/** Shows something in a place of the page, unless it is nothing. */
function into(selector: string, shown: ReactNode): ReactNode {
  const place = shown ? document.querySelector(selector) : null
  return place && createPortal(shown, place, selector)
}

/** The button stays where the keyboard finds it, says why it does nothing, and does nothing. Returns how to undo that. */
function refuseToAdd(form: HTMLFormElement, reasonId: string): () => void {
  const button = form.querySelector('button[type=submit]')
  const refuse = (event: Event) => event.preventDefault()
  button?.addEventListener('click', refuse)
  button?.setAttribute('aria-disabled', 'true')
  button?.setAttribute('aria-describedby', reasonId)
  return () => {
    button?.removeEventListener('click', refuse)
    button?.removeAttribute('aria-disabled')
    button?.removeAttribute('aria-describedby')
  }
}

/** The shopper's own day, whatever day it is elsewhere. */
function dayOf(now: Date): string {
  const pad = (part: number) => String(part).padStart(2, '0')
  return `${now.getFullYear()}-${pad(now.getMonth() + 1)}-${pad(now.getDate())}`
}

async function fetchStock(skus: readonly string[], signal: AbortSignal): Promise<Record<string, Stock>> {
  const query = new URLSearchParams(skus.map((sku) => ['sku', sku]))
  const response = await fetch(`/api/stock?${query}`, { signal })
  if (!response.ok) throw new Error(`stock answered ${response.status}`)
  return response.json()
}
