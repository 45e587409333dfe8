import { SubmitButton } from '#/components/submit-button.client.tsx'
import { COUNTRIES, type Country } from '#/domain/countries.ts'
import type { CheckoutNote } from '#/server/cart/checkout-note.ts'
import { PaymentFields } from '../payment-fields.tsx'
import { placeOrderAction } from './actions.ts'
import styles from './checkout.module.css'
import { ChoiceField, SelectField, TextField } from './fields.tsx'

export type DeliveryChoice = { readonly value: string; readonly label: string; readonly note: string }

/** The checkout, on one page: a plain form, the same with and without JavaScript. `note` has what was typed before and what was wrong. */
export function CheckoutForm({
  token,
  deliveries,
  totalsMinor,
  country,
  note,
}: {
  token: string
  deliveries: readonly DeliveryChoice[]
  /** What it comes to in all, by way of delivery. */
  totalsMinor: Readonly<Record<string, number>>
  /** Where the totals of the deliveries are for. */
  country: Country
  note: CheckoutNote | null
}) {
  const field = (name: string) => ({ name, value: note?.values[name], error: note?.errors[name] })
  return (
    <form action={placeOrderAction} className={styles.form}>
      <input type="hidden" name="checkout" value={token} />
      <fieldset className={styles.group}>
        <legend>Contact</legend>
        <TextField {...field('email')} label="E-mail" type="email" autoComplete="email" maxLength={254} />
      </fieldset>
      <fieldset className={styles.group}>
        <legend>Address</legend>
        <TextField {...field('name')} label="Name" autoComplete="name" maxLength={100} />
        <TextField {...field('street')} label="Street and number" autoComplete="address-line1" maxLength={120} />
        <div className={styles.pair}>
          <TextField {...field('postcode')} label="Postcode" autoComplete="postal-code" maxLength={16} />
          <TextField {...field('city')} label="Town or city" autoComplete="address-level2" maxLength={80} />
        </div>
        <SelectField {...field('country')} label="Country" autoComplete="country" choices={choicesOf(COUNTRIES)} first={country} />
      </fieldset>
      <ChoiceField {...field('deliveryMethod')} legend="Delivery" choices={deliveries} />
      <p className="quiet">
        {`This is what it comes to in ${COUNTRIES[country]}. Where tax makes it another sum, we show you that before anything is ordered.`}
      </p>
      <fieldset className={styles.group}>
        <legend>Payment</legend>
        <PaymentFields {...field('paymentMethod')} label="Test card" amountMinor={totalsMinor} />
      </fieldset>
      <SubmitButton pending="Placing your order…">Place order</SubmitButton>
    </form>
  )
}

function choicesOf(labels: Record<string, string>) {
  return Object.entries(labels).map(([value, label]) => ({ value, label }))
}
