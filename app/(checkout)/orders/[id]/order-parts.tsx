import { formatMoney } from '#/domain/money.ts'
import type { OrderView } from '#/server/inventory/stock-counters.ts'
import type { PlacedOrder } from '#/server/orders/placed-order.ts'
import styles from './order.module.css'
import { OrderTime } from './order-time.client.tsx'

/** What has left of an order, and what of its money is on its way back. Nothing where neither is. */
export function OrderParts({ order, view }: { order: PlacedOrder; view: OrderView }) {
  return (
    <>
      {view.parcels.length > 0 && <Parcels order={order} view={view} />}
      {view.refunds.length > 0 && <Refunds order={order} view={view} />}
    </>
  )
}

function Parcels({ order, view }: { order: PlacedOrder; view: OrderView }) {
  return (
    <section aria-label="Parcels" className={styles.part}>
      <h2>{view.parcels.length === 1 ? 'Your parcel' : 'Your parcels'}</h2>
      {view.parcels.map(({ shipmentId, carrier, tracking, atMs, units }) => (
        <ul key={shipmentId} data-parcel={shipmentId} className={styles.parcel}>
          <li className={styles.line}>
            <strong className={styles.tracking}>{`${carrier}, ${tracking}`}</strong>
            <span className="quiet">
              <OrderTime atMs={atMs} form="day" />
            </span>
          </li>
          {units.map(({ position, quantity }) => {
            const line = order.lines[position]
            return (
              <li key={position} className={styles.line}>
                {`${quantity} × ${[line?.name, line?.label].filter(Boolean).join(', ')}`}
              </li>
            )
          })}
        </ul>
      ))}
    </section>
  )
}

const REFUND_WORDS = {
  PENDING: 'On its way to your bank',
  SUCCEEDED: 'Given back; your bank may take a few days to show it',
  FAILED: 'Could not be given back yet: we are looking for another way',
} as const

function Refunds({ order, view }: { order: PlacedOrder; view: OrderView }) {
  return (
    <section aria-label="Refunds" className={styles.part}>
      <h2>{view.refunds.length === 1 ? 'Your refund' : 'Your refunds'}</h2>
      <ul className={styles.parcel}>
        {view.refunds.map(({ refundId, amountMinor, state, atMs }) => (
          <li key={refundId} className={styles.line} data-refund={refundId} data-refund-state={state}>
            <span>
              {REFUND_WORDS[state]}
              <span className="quiet">
                , <OrderTime atMs={atMs} form="day" />
              </span>
            </span>
            <span className="money">{formatMoney({ minor: amountMinor, currency: order.currency })}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
