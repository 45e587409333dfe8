import { COUNTRIES, type Country } from '#/domain/countries.ts'
import { formatMoney } from '#/domain/money.ts'
import type { PlacedOrder } from '#/server/orders/placed-order.ts'
import { DELIVERY_WORDS } from '../../checkout/words.ts'
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
        <li className={styles.line}>
          <span>{DELIVERY_WORDS[order.deliveryMethod]}</span>
          <span className="money">{order.deliveryMinor === 0 ? 'free' : money(order.deliveryMinor)}</span>
        </li>
        <li className={`${styles.line} ${styles.total}`}>
          <span>Total, tax included</span>
          <span className="money">{money(order.totalMinor)}</span>
        </li>
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
