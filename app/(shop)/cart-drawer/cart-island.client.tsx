'use client'

import { usePathname } from 'next/navigation'
import { type ComponentType, useEffect, useRef, useState } from 'react'
import { isPlainClick } from '#/components/is-plain-click.ts'
import { whenIdle } from '../when-idle.ts'
import type { CartCall, LiveCartProps } from './live-cart.client.tsx'

const BUY_FORM = 'form[action="/cart/lines"]'
const CART_LINK = 'a[data-cart-link]'

/** What has not loaded by then is done without: the form is sent, or the link followed, as if there were no script. */
const LOAD_MS = 2000

/**
 * Takes over the buy form and the link to the cart: both open the drawer. Its code comes when the browser rests on a page with a buy form, else
 * when it is first needed. Until then, and should it not come, form and link are what they are.
 */
export function CartIsland() {
  const [Live, setLive] = useState<ComponentType<LiveCartProps>>()
  const take = useRef<(call: CartCall) => void>(null)
  const waiting = useRef<CartCall[]>([])
  const path = usePathname()

  // biome-ignore lint/correctness/useExhaustiveDependencies: another page may have a buy form.
  useEffect(() => {
    if (document.querySelector(BUY_FORM)) return whenIdle(() => void load().catch(() => {}))
  }, [path])

  useEffect(() => {
    const controller = new AbortController()
    const { signal } = controller
    const call = (one: CartCall, without: () => void) => {
      if (take.current) return take.current(one)
      waiting.current.push(one)
      const giveUp = () => {
        // Those that were taken meanwhile are done.
        if (!waiting.current.includes(one)) return
        waiting.current = waiting.current.filter((other) => other !== one)
        without()
      }
      const timer = setTimeout(giveUp, LOAD_MS)
      signal.addEventListener('abort', () => clearTimeout(timer))
      load().then(({ LiveCart }) => setLive(() => LiveCart), giveUp)
    }
    document.addEventListener(
      'submit',
      (event) => {
        const form = event.target
        if (event.defaultPrevented || !(form instanceof HTMLFormElement) || !form.matches(BUY_FORM)) return
        event.preventDefault()
        const fields = new FormData(form)
        if (waiting.current.some((one) => one.kind === 'add' && one.form === form && isSame(one.fields, fields))) return
        call({ kind: 'add', form, fields, opener: event.submitter }, () => form.submit())
      },
      { signal },
    )
    document.addEventListener(
      'click',
      (event) => {
        const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>(CART_LINK) : null
        if (!link || event.defaultPrevented || !isPlainClick(event)) return
        event.preventDefault()
        call({ kind: 'open', opener: link }, () => location.assign(link.href))
      },
      { signal },
    )
    document.querySelector(CART_LINK)?.setAttribute('aria-haspopup', 'dialog')
    return () => controller.abort()
  }, [])

  const connect = (taking: (call: CartCall) => void) => {
    take.current = taking
    for (const one of waiting.current.splice(0)) taking(one)
  }
  return Live && <Live connect={connect} />
}

/** The second press of a double click, which the drawer keeps from the button once it is open. */
function isSame(one: FormData, other: FormData): boolean {
  return JSON.stringify([...one]) === JSON.stringify([...other])
}

function load() {
  return import('./live-cart.client.tsx')
}
