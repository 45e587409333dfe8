import controls from '#/components/controls.module.css'
import { SubmitButton } from '#/components/submit-button.client.tsx'
import { TEST_CARDS } from '#/server/payments/test-cards.ts'
import { cancelOrderAction, returnToCartAction, tryCardAction } from './actions.ts'
import styles from './order.module.css'

export function TryAnotherCard({ orderId }: { orderId: string }) {
  return (
    <form action={tryCardAction.bind(null, orderId)} className={styles.form}>
      <label className={controls.field}>
        Another test card
        <select name="paymentMethod" autoComplete="off" required>
          {Object.entries(TEST_CARDS).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <SubmitButton pending="One moment…">Pay with this card</SubmitButton>
    </form>
  )
}

export function CancelOrder({ orderId }: { orderId: string }) {
  return (
    <form action={cancelOrderAction.bind(null, orderId)}>
      <button type="submit" className={controls.plain}>
        Cancel this order
      </button>
    </form>
  )
}

export function ReturnToCart({ orderId }: { orderId: string }) {
  return (
    <form action={returnToCartAction.bind(null, orderId)} className={styles.form}>
      <button type="submit" className={controls.button}>
        Put the items back into the cart
      </button>
    </form>
  )
}
