import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { z } from 'zod'
import { Message } from '#/components/message.tsx'
import { Notice } from '#/components/notice.tsx'
import { orderNumber } from '#/domain/order-number.ts'
import { isFinal, STATES_UNPAID } from '#/domain/order-state.ts'
import { isHeldUp } from '#/server/orders/held-up.ts'
import { showOrder } from '#/server/orders/show-order.ts'
import { mayOpenOrder } from '#/server/web/cookies.ts'
import { runtime } from '#/server/web/runtime.ts'
import { BankStep } from './bank-step.tsx'
import { HoldTime } from './hold-time.client.tsx'
import styles from './order.module.css'
import { CancelOrder, ReturnToCart, TryAnotherCard } from './order-forms.tsx'
import { OrderLive } from './order-live.client.tsx'
import { OrderParts } from './order-parts.tsx'
import { OrderSummary } from './order-summary.tsx'
import { stateWords } from './state-words.ts'

export const metadata: Metadata = { title: 'Your order' }

/** Reloads by itself for as long as something may change without the shopper, where there is no JavaScript to do it. */
const RELOAD_SECONDS = 2

/** Where there is a form beside it, which a reload empties. */
const RELOAD_BESIDE_FORM_SECONDS = 10

/** No order has this version: the first answer shows the page anew. */
const NOT_SEEN = -2

/** As the status answers for an order that was lost. */
const LOST = -2

type Props = { readonly params: Promise<{ id: string }>; readonly searchParams: Promise<{ bank?: string | string[] }> }

export default async function OrderPage({ params, searchParams }: Props) {
  const { id } = await params
  // proxy.ts answers these with a 404 already; a page never trusts that.
  if (!z.uuid().safeParse(id).success || !(await mayOpenOrder(id))) notFound()
  const found = await showOrder(runtime().ports, id)
  if (found.kind === 'away') {
    return (
      <Message title="We cannot show your order right now">
        <Reload />
        <OrderLive orderId={id} version={NOT_SEEN} heldUp={false} />
        Nothing about it has changed: an order that was received is kept. This page tries again by itself.
      </Message>
    )
  }
  if (found.kind === 'unknown') {
    return (
      <Message title="We are checking whether this order arrived">
        <Reload />
        <OrderLive orderId={id} version={NOT_SEEN} heldUp={false} />
        So far it has not, and nothing was charged. If this does not change, go back to <a href="/checkout">the checkout</a> and place it
        once more: it is never placed or charged twice.
      </Message>
    )
  }
  if (found.kind === 'lost') {
    return (
      <Message title="We have lost your order">
        <Reload />
        <OrderLive orderId={id} version={LOST} heldUp={false} />
        We had received order {orderNumber(id)}, and then a machine of ours failed before it was written down for good. We are sorry.
        Nothing was charged and nothing will be sent. Please order again.
      </Message>
    )
  }
  const { order, view } = found.shown
  const { state, version, holdUntilMs } = view
  const { title, text, keepsItems } = stateWords(view)
  const isShoppersTurn = !view.cancelling && (state === 'DECLINED' || state === 'ACTION_REQUIRED')
  // That the shopper was there is no secret and changes nothing but this: the answer is awaited.
  const isBackFromBank = state === 'ACTION_REQUIRED' && (await searchParams).bank === 'back'
  const heldUp = await isHeldUp(runtime().ports.core, view)
  const mayChangeByItself = !isFinal(state) && (!isShoppersTurn || isBackFromBank)
  return (
    <main id="content" className={styles.page} data-order-id={id} data-order-state={state}>
      {mayChangeByItself && <Reload seconds={isBackFromBank ? RELOAD_BESIDE_FORM_SECONDS : RELOAD_SECONDS} />}
      <p className="quiet">Order {orderNumber(id)}</p>
      <div role="status" className={styles.state}>
        <h1>{title}</h1>
        <p>
          {text}
          {keepsItems && holdUntilMs !== null && (
            <>
              {' We keep your items until '}
              <HoldTime untilMs={holdUntilMs} />.
            </>
          )}
        </p>
        {isBackFromBank && isShoppersTurn && <p>You are back from your bank, and we are asking it for its answer.</p>}
      </div>
      {heldUp && (
        <Notice>
          The payment service is not answering at the moment. We go on trying by ourselves
          {holdUntilMs !== null && (
            <>
              {' and keep your items until '}
              <HoldTime untilMs={holdUntilMs} />
            </>
          )}
          .
        </Notice>
      )}
      {!isFinal(state) && <OrderLive orderId={id} version={version} heldUp={heldUp} />}
      {state === 'ACTION_REQUIRED' && isShoppersTurn && <BankStep url={view.actionUrl} />}
      {order && isShoppersTurn && <TryAnotherCard orderId={id} totalMinor={order.totalMinor} />}
      {STATES_UNPAID.some((unpaid) => unpaid === state) && !view.cancelling && <CancelOrder orderId={id} />}
      {order && (state === 'REJECTED' || state === 'CANCELLED') && <ReturnToCart orderId={id} />}
      {order && <OrderParts order={order} view={view} />}
      {order && <OrderSummary order={order} />}
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
