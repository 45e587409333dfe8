import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { z } from 'zod'
import { isFinal, isShoppersTurn, mayChange } from '#/domain/order-state.ts'
import { isHeldUp } from '#/server/orders/held-up.ts'
import { type Shown, showOrder } from '#/server/orders/show-order.ts'
import { mayOpenOrder } from '#/server/web/cookies.ts'
import { runtime } from '#/server/web/runtime.ts'
import styles from './order.module.css'
import { OrderLive } from './order-live.client.tsx'
import { OrderTrouble, TROUBLE_TITLES } from './order-trouble.tsx'
import { readSteps, ShownOrder } from './shown-order.tsx'
import { newsOf } from './state-words.ts'

export const metadata: Metadata = { title: 'Your order' }

/** Reloads by itself for as long as something may change without the shopper, where there is no JavaScript to do it. */
const RELOAD_SECONDS = 2

/** Where there is a form beside it, which a reload empties. */
const RELOAD_BESIDE_FORM_SECONDS = 10

/** How often an open page asks where it is on its way, and where only a merchant may still ship or refund. */
const PACE_MS = { soon: 1000, later: 30_000, never: null } as const

/** No order has this version, and neither has a lost one: the first answer shows the page anew. */
const NOT_SEEN = -3

/** As the status answers for an order that was lost. */
const LOST = -2

type Props = { readonly params: Promise<{ id: string }>; readonly searchParams: Promise<{ bank?: string | string[] }> }

export default async function OrderPage({ params, searchParams }: Props) {
  const { id } = await params
  // proxy.ts answers these with a 404 already; a page never trusts that.
  if (!z.uuid().safeParse(id).success || !(await mayOpenOrder(id))) notFound()
  const found = await showOrder(runtime().ports, id)
  if (found.kind !== 'order') return <Unshown id={id} kind={found.kind} />
  const { order, view } = found.shown
  const { state, version, refunds } = view
  const isTheirs = isShoppersTurn(view)
  // That the shopper was there is no secret and changes nothing but this: the answer is awaited.
  const isBackFromBank = isTheirs && state === 'ACTION_REQUIRED' && (await searchParams).bank === 'back'
  const [heldUp, steps] = await Promise.all([isHeldUp(runtime().ports.core, view), readSteps(found.shown)])
  const pace = mayChange(
    state,
    refunds.some((refund) => refund.state === 'PENDING'),
  )
  return (
    <main id="content" className={styles.page} data-order-id={id} data-order-state={state}>
      <OrderLive orderId={id} paceMs={PACE_MS[pace]} version={version} heldUp={heldUp} news={newsOf(view, steps)} />
      {!isFinal(state) && (!isTheirs || isBackFromBank) && (
        <Reload seconds={isBackFromBank ? RELOAD_BESIDE_FORM_SECONDS : RELOAD_SECONDS} />
      )}
      <ShownOrder orderId={id} order={order} view={view} steps={steps} heldUp={heldUp} isBackFromBank={isBackFromBank} />
    </main>
  )
}

function Unshown({ id, kind }: { id: string; kind: Exclude<Shown['kind'], 'order'> }) {
  const isLost = kind === 'lost'
  return (
    <main id="content" className={styles.page}>
      <OrderLive
        orderId={id}
        paceMs={isLost ? PACE_MS.later : PACE_MS.soon}
        version={isLost ? LOST : NOT_SEEN}
        heldUp={false}
        news={TROUBLE_TITLES[kind]}
      />
      <Reload />
      <OrderTrouble orderId={id} kind={kind} />
    </main>
  )
}

function Reload({ seconds = RELOAD_SECONDS }) {
  return (
    <noscript>
      <meta httpEquiv="refresh" content={String(seconds)} />
    </noscript>
  )
}
