import { COUNTRIES, type Country } from '#/domain/countries.ts'
import { formatMoney } from '#/domain/money.ts'
import type { OfferCard } from '#/domain/offer.ts'
import { sumsOf } from '#/domain/order-sums.ts'
import type { PlacedOrder } from '#/server/orders/placed-order.ts'
import { BoughtLine } from '../../bought-line.tsx'
import styles from './order.module.css'

/** What was ordered, where it goes, and what it costs. `cards` has the photographs of what is still sold, by SKU. */
export function OrderSummary({ order, cards }: { order: PlacedOrder; cards: ReadonlyMap<string, OfferCard> }) {
  const money = (minor: number) => formatMoney({ minor, currency: order.currency })
  return (
    <section aria-label="What you ordered" className={styles.summary}>
      <h2>What you ordered</h2>
      <ul>
        {order.lines.map((line) => {
          const card = cards.get(line.sku)
          return (
            <BoughtLine
              key={line.sku}
              picture={card?.image ?? null}
              quantity={line.quantity}
              name={card ? <a href={`/p/${card.slug}`}>{line.name}</a> : line.name}
              label={line.label}
              amount={money(line.quantity * line.unitPriceMinor)}
            />
          )
        })}
      </ul>
      <ul className={styles.sums}>
        {sumsOf(order).map(({ what, amount, isTotal }) => (
          <li key={what} className={isTotal ? `${styles.line} ${styles.total}` : styles.line}>
            <span>{what}</span>
            <span className="money">{amount}</span>
          </li>
        ))}
      </ul>
      <div>
        <h3>Where it goes</h3>
        <address className={styles.address}>
          {order.name}
          <br />
          {order.street}
          <br />
          {`${order.postcode} ${order.city}`}
          <br />
          {COUNTRIES[order.country as Country] ?? order.country}
        </address>
      </div>
    </section>
  )
}
