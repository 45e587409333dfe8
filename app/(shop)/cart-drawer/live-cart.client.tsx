'use client'

import { QueryClientProvider } from '@tanstack/react-query'
import { usePathname } from 'next/navigation'
import { useEffect, useRef, useState } from 'react'
import { CartDrawer, type DrawerHandle } from '#/components/cart-drawer.client.tsx'
import { pageOf } from '../page-of.ts'
import { DrawerLines, DrawerSums } from './drawer-parts.client.tsx'
import { CART_AWAY, CART_OLD } from './drawer-words.ts'
import { readBuyForm } from './read-buy-form.client.ts'
import { client, useCart } from './use-cart.client.ts'

/** What the island hears: somebody wants to see the cart, or has sent a buy form. */
export type CartCall =
  | { readonly kind: 'open'; readonly opener: HTMLElement | null }
  | { readonly kind: 'add'; readonly opener: HTMLElement | null; readonly form: HTMLFormElement; readonly fields: FormData }

/** `connect` is given who takes calls from now on. */
export type LiveCartProps = { readonly connect: (take: (call: CartCall) => void) => void }

export function LiveCart(props: LiveCartProps) {
  return (
    <QueryClientProvider client={client}>
      <Drawer {...props} />
    </QueryClientProvider>
  )
}

function Drawer({ connect }: LiveCartProps) {
  const [isOpen, setOpen] = useState(false)
  const [goal, setGoal] = useState<string | null>(null)
  const drawer = useRef<DrawerHandle>(null)
  const { cart, units, isSettled, isPartial, isAway, status, trouble, change, refresh } = useCart(isOpen)

  useEffect(() => {
    connect((call) => {
      const adding = call.kind === 'add' ? readBuyForm(call.form, call.fields) : null
      if (call.kind === 'add' && !adding) return call.form.submit()
      if (adding) change(adding)
      drawer.current?.open(call.opener)
    })
  }, [connect, change])

  const page = pageOf(usePathname())
  const shownOn = useRef(page)
  useEffect(() => {
    // Another page came, and the drawer would be in its way, unless somebody waits in it to go on from here.
    if (shownOn.current !== page && goal === null) drawer.current?.close()
    shownOn.current = page
  }, [page, goal])

  useEffect(() => {
    if (cart) dispatchEvent(new CustomEvent('cart-units', { detail: units }))
  }, [cart, units])

  useEffect(() => {
    addEventListener('pageshow', refresh)
    return () => removeEventListener('pageshow', refresh)
  }, [refresh])

  // Who wants to go on while something is on its way goes once that is done, and stays where something went wrong or the drawer was closed.
  useEffect(() => {
    if (goal === null || !isSettled) return
    setGoal(null)
    if (!trouble) location.assign(goal)
  }, [goal, isSettled, trouble])

  const setLine = (line: Parameters<typeof change>[0]) => {
    if (line.quantity === 0) drawer.current?.focusTitle()
    change(line)
  }
  const again = trouble?.change
  return (
    <CartDrawer
      ref={drawer}
      page={page}
      lines={<DrawerLines cart={cart} isPartial={isPartial} onSet={setLine} />}
      sums={cart && cart.lines.length > 0 ? <DrawerSums cart={cart} /> : null}
      status={status}
      alert={trouble?.words ?? (isAway ? (cart ? CART_OLD : CART_AWAY) : null)}
      onTryAgain={again ? () => change(again) : isAway ? refresh : null}
      isBusy={!isSettled}
      onOpenChange={(isNowOpen) => {
        setOpen(isNowOpen)
        if (!isNowOpen) setGoal(null)
      }}
      onLeave={setGoal}
    />
  )
}
