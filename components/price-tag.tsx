import { type Currency, formatMoney } from '#/domain/money.ts'
import styles from './price-tag.module.css'

/** A price; with what it was before where it was more, and `from` where variants differ. */
export function PriceTag({
  minor,
  compareAtMinor,
  currency,
  from = false,
}: {
  minor: number
  compareAtMinor: number | null
  currency: Currency
  from?: boolean
}) {
  return (
    <span className={`money ${styles.tag}`}>
      {from && 'from '}
      {compareAtMinor === null ? (
        formatMoney({ minor, currency })
      ) : (
        <>
          <span className="hidden">now </span>
          <span className={styles.now}>{formatMoney({ minor, currency })}</span> <span className="hidden">before </span>
          <s className={styles.before}>{formatMoney({ minor: compareAtMinor, currency })}</s>
        </>
      )}
    </span>
  )
}
