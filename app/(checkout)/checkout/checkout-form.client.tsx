'use client'

import { useActionState } from 'react'
import controls from '#/components/controls.module.css'
import { Notice } from '#/components/notice.tsx'
import { placeOrderAction } from './actions.ts'
import styles from './checkout.module.css'
import { FIRST_STATE } from './checkout-state.ts'
import { ChoiceField, SelectField, TextField } from './fields.tsx'

/** Where most of our parcels go. */
const DEFAULT_COUNTRY = 'IE'

type Choice = { readonly value: string; readonly label: string }

/** The checkout, on one page. Works without JavaScript: the same action then answers with the page and what was typed. */
export function CheckoutForm({
  token,
  deliveries,
  countries,
  cards,
}: {
  token: string
  deliveries: readonly (Choice & { readonly cost: string; readonly total: string })[]
  countries: readonly Choice[]
  cards: readonly Choice[]
}) {
  const [state, place, pending] = useActionState(placeOrderAction, FIRST_STATE)
  const field = (name: string) => ({ name, value: state.values[name], error: state.errors[name] })
  return (
    <form action={place} className={styles.form}>
      {state.message && (
        <Notice>
          {state.message} {state.orderPath && <a href={state.orderPath}>See that order</a>}
        </Notice>
      )}
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
        <SelectField {...field('country')} first={DEFAULT_COUNTRY} label="Country" autoComplete="country" choices={countries} />
      </fieldset>
      <ChoiceField
        {...field('deliveryMethod')}
        legend="Delivery"
        choices={deliveries.map(({ value, label, cost, total }) => ({ value, label, note: `${cost}, in all ${total}` }))}
      />
      <fieldset className={styles.group}>
        <legend>Payment</legend>
        <SelectField {...field('paymentMethod')} label="Test card" autoComplete="off" choices={cards} />
        <p className="quiet">These cards are for rehearsals. No real card is asked for and no money moves.</p>
      </fieldset>
      <button type="submit" className={controls.button} disabled={pending}>
        {pending ? 'Placing your order…' : 'Place order'}
      </button>
    </form>
  )
}
