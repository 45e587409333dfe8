import { SubmitButton } from '#/components/submit-button.client.tsx'
import { COUNTRIES, type Country } from '#/domain/countries.ts'
import { DELIVERY_METHODS } from '#/domain/pricing.ts'
import type { CheckoutNote } from '#/server/cart/checkout-note.ts'
import { PaymentFields } from '../payment-fields.tsx'
import { placeOrderAction } from './actions.ts'
import styles from './checkout.module.css'
import { ChosenNews, ChosenTotal, DeliveryName, DeliveryNote, DestinationNote, ShownTotal } from './chosen-sums.client.tsx'
import { ChoiceField, Part, SelectField, TextField } from './fields.tsx'

/** The checkout, on one page: a plain form, the same with and without JavaScript. `note` has what was typed before and what was wrong. */
export function CheckoutForm({ token, country, note }: { token: string; country: Country; note: CheckoutNote | null }) {
  const field = (name: string) => ({ name, value: note?.values[name], error: note?.errors[name] })
  return (
    <form action={placeOrderAction} className={styles.form}>
      <input type="hidden" name="checkout" value={token} />
      <ShownTotal />
      <Part title="Contact">
        <TextField {...field('email')} label="E-mail" type="email" autoComplete="email" maxLength={254} />
      </Part>
      <Part title="Address">
        <TextField {...field('name')} label="Name" autoComplete="name" maxLength={100} />
        <TextField {...field('street')} label="Street and number" autoComplete="address-line1" maxLength={120} />
        <div className={styles.pair}>
          <TextField {...field('postcode')} label="Postcode" autoComplete="postal-code" maxLength={16} />
          <TextField {...field('city')} label="Town or city" autoComplete="address-level2" maxLength={80} />
        </div>
        <SelectField {...field('country')} label="Country" autoComplete="country" choices={COUNTRY_CHOICES} first={country} />
      </Part>
      <Part title="Delivery">
        <ChoiceField {...field('deliveryMethod')} choices={DELIVERY_CHOICES} />
        <DestinationNote />
      </Part>
      <Part title="Payment">
        <PaymentFields {...field('paymentMethod')} label="Test card" />
      </Part>
      <div className={styles.end}>
        <p className={styles.inAll}>
          In all <ChosenTotal />
        </p>
        <SubmitButton pending="Placing your order…">Place order</SubmitButton>
        <ChosenNews />
      </div>
    </form>
  )
}

const COUNTRY_CHOICES = Object.entries(COUNTRIES).map(([value, label]) => ({ value, label }))

const DELIVERY_CHOICES = DELIVERY_METHODS.map((method) => ({
  value: method,
  label: <DeliveryName method={method} />,
  note: <DeliveryNote method={method} />,
}))
