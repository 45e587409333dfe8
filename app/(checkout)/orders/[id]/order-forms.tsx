import controls from '#/components/controls.module.css'
import { SubmitButton } from '#/components/submit-button.client.tsx'
import { PaymentFields } from '../../payment-fields.tsx'
import { cancelOrderAction, returnToCartAction, tryCardAction } from './actions.ts'
import styles from './order.module.css'

export function TryAnotherCard({ orderId, totalMinor }: { orderId: string; totalMinor: number }) {
  return (
    <form action={tryCardAction.bind(null, orderId)} className={styles.form}>
      <PaymentFields label="Another test card" amountMinor={totalMinor} />
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
    <form action={returnToCartAction.bind(null, orderId)}>
      <SubmitButton pending="One moment…">Put the items back into the cart</SubmitButton>
    </form>
  )
}
