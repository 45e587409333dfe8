import { COUNTRIES, type Country } from '#/domain/countries.ts'
import { formatMoney } from '#/domain/money.ts'
import { DELIVERY_METHODS, type DeliveryMethod, type Totals } from '#/domain/pricing.ts'
import { deliveryNote, deliveryWords } from '../checkout/words.ts'
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
      <div>
        <dt>Subtotal</dt>
        <dd>{money(subtotalMinor)}</dd>
      </div>
      {discountMinor > 0 && (
        <div>
          <dt>{`Discount, ${code}`}</dt>
          <dd>{money(-discountMinor)}</dd>
        </div>
      )}
      {DELIVERY_METHODS.map((method) => (
        <div key={method} className={styles.delivery}>
          <dt>{`${deliveryWords(method, country)}, to ${COUNTRIES[country]}`}</dt>
          <dd>{deliveryNote(totals[method])}</dd>
        </div>
      ))}
    </dl>
  )
}

function money(minor: number): string {
  return formatMoney({ minor, currency: 'EUR' })
}
