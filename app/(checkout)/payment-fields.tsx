import controls from '#/components/controls.module.css'
import { cardForm } from '#/server/payments/payment-methods.ts'
import { TEST_CARDS } from '#/server/payments/test-cards.ts'
import { ChosenPayElement } from './checkout/chosen-sums.client.tsx'
import { SelectField } from './checkout/fields.tsx'
import { PayElement } from './pay-element.client.tsx'

/**
 * What a form asks of whoever pays: Stripe's card form or, where the store has no key for it, one of the test cards. `error` is beside it.
 * `amountMinor` is left out in the checkout, where it follows what is chosen.
 */
export function PaymentFields({
  label,
  value,
  error,
  amountMinor,
}: {
  label: string
  value?: string | undefined
  error?: string | undefined
  amountMinor?: number
}) {
  const form = cardForm()
  if (form) {
    return (
      <>
        {amountMinor === undefined ? <ChosenPayElement {...form} /> : <PayElement {...form} amountMinor={amountMinor} />}
        {error && <p className={controls.error}>{error}</p>}
      </>
    )
  }
  const choices = Object.entries(TEST_CARDS).map(([card, words]) => ({ value: card, label: words }))
  return (
    <>
      <SelectField name="paymentMethod" value={value} error={error} label={label} autoComplete="off" choices={choices} />
      <p className="quiet">These cards are for rehearsals. No real card is asked for and no money moves.</p>
    </>
  )
}
