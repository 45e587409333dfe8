import { COUNTRIES, type Country } from '#/domain/countries.ts'
import { formatMoney } from '#/domain/money.ts'
import { sumsOf } from '#/domain/order-sums.ts'
import type { PlacedOrder } from '#/server/orders/placed-order.ts'
import styles from './order.module.css'

/** What was ordered, where it goes, and what it costs. */
export function OrderSummary({ order }: { order: PlacedOrder }) {
  const money = (minor: number) => formatMoney({ minor, currency: order.currency })
  return (
    <section aria-label="What you ordered" className={styles.summary}>
      <ul>
        {order.lines.map((line) => (
          <li key={line.sku} className={styles.line}>
            <span>
              {`${line.quantity} × ${line.name}`}
              {line.label && <span className="quiet">{`, ${line.label}`}</span>}
            </span>
            <span className="money">{money(line.quantity * line.unitPriceMinor)}</span>
          </li>
        ))}
        {sumsOf(order).map(({ what, amount, isTotal }) => (
          <li key={what} className={isTotal ? `${styles.line} ${styles.total}` : styles.line}>
            <span>{what}</span>
            <span className="money">{amount}</span>
          </li>
        ))}
      </ul>
      <address className={styles.address}>
        {order.name}
        <br />
        {order.street}
        <br />
        {`${order.postcode} ${order.city}`}
        <br />
        {COUNTRIES[order.country as Country] ?? order.country}
      </address>
    </section>
  )
}
