import controls from '#/components/controls.module.css'
import { TEST_CARDS } from '#/server/payments/test-cards.ts'
import { returnToCartAction, tryCardAction } from './actions.ts'
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
      <button type="submit" className={controls.button}>
        Pay with this card
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
