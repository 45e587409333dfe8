import { COUNTRIES } from '#/domain/countries.ts'
import { CUSTOMS_COUNTRIES, CUSTOMS_WORKING_DAYS, DELIVERY_NAMES, LEAD_WORKING_DAYS } from '#/domain/delivery-estimate.ts'
import { formatMoney } from '#/domain/money.ts'
import { DELIVERY_METHODS, FREE_DELIVERY_FROM_MINOR } from '#/domain/pricing.ts'
import styles from './delivery-estimate.module.css'
import live from './live.module.css'

/** When an order arrives, in words that stay true. Each line has a place for days of the calendar: `data-live-delivery`. */
export function DeliveryEstimate() {
  return (
    <section aria-label="Delivery" className={styles.delivery}>
      <p>Delivery within the EU, ordered today</p>
      <dl>
        {DELIVERY_METHODS.map((method) => (
          <div key={method}>
            <dt>{DELIVERY_NAMES[method]}</dt>
            <dd>
              <span className={live.live} data-live-delivery={method} />
              <span>{`${LEAD_WORKING_DAYS[method].join(' to ')} working days`}</span>
            </dd>
          </div>
        ))}
      </dl>
      <p>
        {`Standard is free from ${formatMoney({ minor: FREE_DELIVERY_FROM_MINOR, currency: 'EUR' })}. `}
        {`${listed(CUSTOMS_COUNTRIES.map((country) => COUNTRIES[country]))}: ${CUSTOMS_WORKING_DAYS} days more, and import tax on top.`}
      </p>
    </section>
  )
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
