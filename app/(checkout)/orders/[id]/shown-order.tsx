import { Notice } from '#/components/notice.tsx'
import type { OfferCard } from '#/domain/offer.ts'
import { orderNumber } from '#/domain/order-number.ts'
import { type Step, timelineOf } from '#/domain/order-timeline.ts'
import { sku } from '#/domain/sku.ts'
import type { OrderView } from '#/server/inventory/stock-counters.ts'
import type { PlacedOrder } from '#/server/orders/placed-order.ts'
import { readHistorySoon } from '#/server/orders/read-history-soon.ts'
import type { ShownOrder as Found } from '#/server/orders/show-order.ts'
import { runtime } from '#/server/web/runtime.ts'
import { NextSteps } from './next-steps.tsx'
import styles from './order.module.css'
import { OrderParts } from './order-parts.tsx'
import { OrderSummary } from './order-summary.tsx'
import { OrderTime } from './order-time.client.tsx'
import { stateWords } from './state-words.ts'
import { Timeline } from './timeline.tsx'

/** An order as it stands: what that means, what the shopper can do, its way so far, its parts, and what it is of. */
export async function ShownOrder({
  orderId,
  order,
  view,
  steps,
  heldUp,
  isBackFromBank,
}: {
  orderId: string
  order: PlacedOrder | null
  view: OrderView
  steps: readonly Step[]
  heldUp: boolean
  isBackFromBank: boolean
}) {
  const { title, text, keepsItems } = stateWords(view)
  const { holdUntilMs } = view
  return (
    <>
      <div className={styles.state}>
        <p className="quiet">Order {orderNumber(orderId)}</p>
        <h1>{title}</h1>
        <p className={styles.text} data-order-words>
          {text}
          {keepsItems && holdUntilMs !== null && (
            <>
              {' We keep your items until '}
              <OrderTime atMs={holdUntilMs} form="time" />.
            </>
          )}
          {isBackFromBank && ' You are back from your bank, and we are asking it for its answer.'}
        </p>
        {heldUp && (
          <Notice>
            The payment service is not answering at the moment. We go on trying by ourselves
            {holdUntilMs !== null && (
              <>
                {' and keep your items until '}
                <OrderTime atMs={holdUntilMs} form="time" />
              </>
            )}
            .
          </Notice>
        )}
        <NextSteps orderId={orderId} order={order} view={view} />
      </div>
      <div className={styles.columns}>
        <div className={styles.way}>
          <Timeline steps={steps} title={title} />
          {order && <OrderParts order={order} view={view} />}
        </div>
        {order && <OrderSummary order={order} cards={await readCards(order)} />}
      </div>
    </>
  )
}

/** An order that is not recorded yet has no history, and nobody is asked for one. */
export async function readSteps({ orderId, placedAtMs, view }: Found): Promise<Step[]> {
  const history = view.state === 'RECEIVED' ? null : await readHistorySoon(runtime().ports, orderId)
  return timelineOf({ placedAtMs, ...view, history })
}

/** Of what is still sold, by SKU. Without core the order is shown without photographs. */
async function readCards(order: PlacedOrder): Promise<ReadonlyMap<string, OfferCard>> {
  const offers = await runtime().ports.counters.offers(order.lines.map((line) => sku(line.sku)))
  return new Map(offers.ok ? [...offers.value].map(([unit, { card }]) => [unit, card]) : [])
}
