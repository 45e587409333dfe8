import controls from '#/components/controls.module.css'
import { PaymentFields } from '../../payment-fields.tsx'
import { returnToCartAction, tryCardAction } from './actions.ts'
import styles from './order.module.css'

export function TryAnotherCard({ orderId, totalMinor }: { orderId: string; totalMinor: number }) {
  return (
    <form action={tryCardAction.bind(null, orderId)} className={styles.form}>
      <PaymentFields label="Another test card" amountMinor={totalMinor} />
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
