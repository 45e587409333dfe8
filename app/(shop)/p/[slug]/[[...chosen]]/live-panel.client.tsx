'use client'

import { useEffect, useId, useRef, useState } from 'react'
import { deliveryWindow, windowWords } from '#/domain/delivery-estimate.ts'
import { DELIVERY_METHODS } from '#/domain/pricing.ts'
import { intoPlace } from '../../../into-place.ts'
import { followChoice } from './follow-choice.client.ts'
import { startGallery } from './gallery.client.ts'
import type { LiveProps } from './live-variant.ts'
import { isLow, isSoldOut, markWords, stockWords } from './stock-words.ts'
import { useStock } from './use-stock.client.ts'

const UNKNOWN = 'We cannot see the stock right now. You can order all the same.'

/**
 * What is alive on a product's page: stock, the address and price of the chosen variant, days of delivery, the gallery's links. Puts what it
 * knows into the places that the page keeps for it: `data-stock-of`, `data-live-price`, `data-live-button`, `data-live-delivery`.
 */
export function LivePanel({ variants }: LiveProps) {
  const status = useRef<HTMLParagraphElement>(null)
  const statusId = useId()
  const [form, setForm] = useState<HTMLFormElement | null>(null)
  const [chosen, setChosen] = useState({ sku: variants[0]?.sku, byShopper: false })
  const skus = variants.map(({ sku }) => sku)
  const known = useStock(skus)
  const variant = variants.find(({ sku }) => sku === chosen.sku)
  const stock = known?.get(variant?.sku ?? '')
  const soldOut = stock !== undefined && isSoldOut(stock)

  useEffect(() => setForm(status.current?.closest('form') ?? null), [])
  useEffect(() => (form ? followChoice(form, variants, setChosen) : undefined), [form, variants])
  useEffect(() => (form && soldOut ? refuseToAdd(form, statusId) : undefined), [form, soldOut, statusId])
  useEffect(() => {
    const gallery = document.querySelector<HTMLElement>('[data-gallery]')
    return gallery ? startGallery(gallery) : undefined
  }, [])

  const today = dayOf(new Date())
  return (
    <>
      <p ref={status} id={statusId} role="status" data-low={stock && isLow(stock) ? '' : undefined}>
        {stock ? stockWords(stock) : known !== undefined && UNKNOWN}
      </p>
      {intoPlace('[data-live-button]', soldOut && 'Sold out')}
      {intoPlace('[data-live-price]', chosen.byShopper && variant?.price)}
      {known && [...known].map(([sku, of]) => intoPlace(`[data-stock-of="${CSS.escape(sku)}"]`, markWords(of)))}
      {DELIVERY_METHODS.map((method) => intoPlace(`[data-live-delivery=${method}]`, windowWords(deliveryWindow(today, method))))}
    </>
  )
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
