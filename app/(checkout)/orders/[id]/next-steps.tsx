import { isFinal, isShoppersTurn, STATES_UNPAID } from '#/domain/order-state.ts'
import type { OrderView } from '#/server/inventory/stock-counters.ts'
import type { PlacedOrder } from '#/server/orders/placed-order.ts'
import { BankStep } from './bank-step.tsx'
import styles from './order.module.css'
import { CancelOrder, ReturnToCart, TryAnotherCard } from './order-forms.tsx'

const STAY = 'There is nothing for you to do. Stay a moment if you can: your bank may want something of you.'

const NOTHING_TO_DO = 'There is nothing for you to do.'

const LATER: Partial<Record<OrderView['state'], string>> = {
  CONFIRMED: 'We write to you when it leaves us. While this page is open, it shows that too.',
  FULFILLED: 'With the number of your parcel its carrier tells you where it is.',
}

/** What the shopper can do about their order as it stands. */
export function NextSteps({ orderId, order, view }: { orderId: string; order: PlacedOrder | null; view: OrderView }) {
  const { state, cancelling } = view
  const isTheirs = isShoppersTurn(view)
  const mayCancel = !cancelling && STATES_UNPAID.some((unpaid) => unpaid === state)
  const isOver = state === 'REJECTED' || state === 'CANCELLED' || state === 'REFUNDED'
  return (
    <div className={styles.next}>
      {!isTheirs && !isOver && <p className="quiet">{isFinal(state) ? LATER[state] : cancelling ? NOTHING_TO_DO : STAY}</p>}
      {isTheirs && state === 'ACTION_REQUIRED' && <BankStep url={view.actionUrl} />}
      {isTheirs && order && (
        <>
          {state === 'ACTION_REQUIRED' && <p className="quiet">Or pay with another card instead:</p>}
          <TryAnotherCard orderId={orderId} totalMinor={order.totalMinor} />
        </>
      )}
      {isOver && (
        <div className={styles.ways}>
          {order && state !== 'REFUNDED' && <ReturnToCart orderId={orderId} />}
          <a href="/">Have a look around</a>
        </div>
      )}
      {mayCancel && <CancelOrder orderId={orderId} />}
    </div>
  )
}
