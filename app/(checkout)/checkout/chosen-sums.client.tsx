'use client'

import { COUNTRIES } from '#/domain/countries.ts'
import { formatMoney } from '#/domain/money.ts'
import type { DeliveryMethod } from '#/domain/pricing.ts'
import { PayElement } from '../pay-element.client.tsx'
import { useNews } from '../use-news.ts'
import styles from './checkout.module.css'
import { useChosen } from './chosen.client.tsx'
import { deliveryNote, deliveryWords } from './words.ts'

/** One way of delivery, and how long it takes to where the order goes. */
export function DeliveryName({ method }: { method: DeliveryMethod }) {
  return deliveryWords(method, useChosen().country)
}

/** What one way of delivery makes the order come to. */
export function DeliveryNote({ method }: { method: DeliveryMethod }) {
  return deliveryNote(useChosen().costsOf(method))
}

/** The total that was shown goes along with the order, so that it is placed at that sum or not at all. */
export function ShownTotal() {
  const { follows, method, costsOf } = useChosen()
  return follows ? <input type="hidden" name="shownMinor" value={costsOf(method).totalMinor} readOnly /> : null
}

export function DestinationNote() {
  const { country, follows } = useChosen()
  const more = follows
    ? 'Choose another country, and the sums follow before anything is ordered.'
    : 'Where tax makes it another sum, we show you that before anything is ordered.'
  return <p className="quiet">{`This is what it comes to in ${COUNTRIES[country]}. ${more}`}</p>
}

/** Delivery, tax and total of what is chosen, below the lines of the summary. */
export function ChosenSums() {
  const { method, country, costsOf } = useChosen()
  const { deliveryMinor, taxMinor, taxMode, totalMinor } = costsOf(method)
  const tax = { what: taxMode === 'included' ? 'Tax included' : 'Tax added', amount: money(taxMinor) }
  return (
    <ul className={styles.sums}>
      <Sum what={deliveryWords(method, country)} amount={deliveryMinor === 0 ? 'free' : money(deliveryMinor)} />
      {taxMode === 'added' && <Sum {...tax} />}
      <Sum what={`Total, to ${COUNTRIES[country]}`} amount={money(totalMinor)} isTotal />
      {taxMode === 'included' && <Sum {...tax} />}
    </ul>
  )
}

function Sum({ what, amount, isTotal = false }: { what: string; amount: string; isTotal?: boolean }) {
  return (
    <li className={isTotal ? `${styles.line} ${styles.total}` : styles.line}>
      <span>{what}</span>
      <span className="money">{amount}</span>
    </li>
  )
}

export function ChosenTotal() {
  const { method, costsOf } = useChosen()
  return <span className="money">{money(costsOf(method).totalMinor)}</span>
}

/** Said when another choice has made it another sum; silent before. */
export function ChosenNews() {
  const { country, method, costsOf } = useChosen()
  const said = useNews(`In all ${money(costsOf(method).totalMinor)}, to ${COUNTRIES[country]}.`)
  return (
    <p aria-live="polite" className="hidden" data-total-news>
      {said}
    </p>
  )
}

/** Stripe's card form for what is chosen. */
export function ChosenPayElement(form: { publishableKey: string; scriptUrl: string }) {
  const { method, costsOf } = useChosen()
  return <PayElement {...form} amountMinor={costsOf(method).totalMinor} />
}

function money(minor: number): string {
  return formatMoney({ minor, currency: 'EUR' })
}
