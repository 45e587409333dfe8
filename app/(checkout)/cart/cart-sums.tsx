import { COUNTRIES, type Country } from '#/domain/countries.ts'
import { formatMoney } from '#/domain/money.ts'
import { DELIVERY_METHODS, type DeliveryMethod, type Totals } from '#/domain/pricing.ts'
import { DELIVERY_WORDS, deliveryNote } from '../checkout/words.ts'
import styles from './cart.module.css'

/** What the cart comes to: goods, what its code takes off, and the total of each way of delivery to a country. */
export function CartSums({
  totals,
  code,
  country,
}: {
  totals: Readonly<Record<DeliveryMethod, Totals>>
  code: string | null
  country: Country
}) {
  const { subtotalMinor, discountMinor } = totals.standard
  return (
    <dl className={styles.sums}>
      <Row what="Subtotal" amount={money(subtotalMinor)} />
      {discountMinor > 0 && <Row what={`Discount, ${code}`} amount={money(-discountMinor)} />}
      {DELIVERY_METHODS.map((method) => (
        <Row key={method} what={`${DELIVERY_WORDS[method]}, to ${COUNTRIES[country]}`} amount={deliveryNote(totals[method])} />
      ))}
    </dl>
  )
}

function Row({ what, amount }: { what: string; amount: string }) {
  return (
    <div>
      <dt>{what}</dt>
      <dd>{amount}</dd>
    </div>
  )
}

function money(minor: number): string {
  return formatMoney({ minor, currency: 'EUR' })
}
