import type { ReactNode } from 'react'
import { type Currency, formatMoney } from '#/domain/money.ts'
import styles from './buy-form.module.css'
import controls from './controls.module.css'
import live from './live.module.css'
import { VariantRadios } from './variant-choice.tsx'

export type Buyable = {
  /** Those that are told apart by `choice`. */
  readonly variants: readonly {
    readonly sku: string
    /** All that it is chosen by, such as `Off white, 42`. */
    readonly label: string
    /** Its value of `choice`. */
    readonly value: string
    readonly limitPerOrder: number
    readonly limitPerCustomer: number | null
    readonly price: { readonly minor: number; readonly currency: Currency }
  }[]
  /** What the variants differ by, such as `Size`; null where there is nothing to choose. */
  readonly choice: string | null
}

/** A plain form that works before, and without, JavaScript. `chosen` is a SKU, the first without one; `stock` whatever tells how many are left. */
export function BuyForm({ product, chosen, stock }: { product: Buyable; chosen?: string | undefined; stock: ReactNode }) {
  const { variants, choice } = product
  const [first] = variants
  if (!first) return <p className={styles.gone}>This is no longer sold.</p>
  const limitForAll = variants.every(({ limitPerCustomer }) => limitPerCustomer === first.limitPerCustomer)
  const pricesDiffer = variants.some((variant) => variant.price.minor !== first.price.minor)
  return (
    <form method="post" action="/cart/lines" className={styles.form}>
      {choice === null ? (
        <input type="hidden" name="sku" value={first.sku} />
      ) : (
        <VariantRadios
          name={choice}
          chosen={chosen ?? first.sku}
          radios={variants.map(({ sku, label, value, price, limitPerCustomer }) => ({
            sku,
            label,
            value,
            notes: [
              ...(pricesDiffer ? [formatMoney(price)] : []),
              ...(!limitForAll && limitPerCustomer !== null ? [`at most ${limitPerCustomer} per customer`] : []),
            ],
          }))}
        />
      )}
      <div className={styles.row}>
        <label className={controls.field}>
          Quantity
          <input
            className={controls.number}
            type="number"
            name="quantity"
            inputMode="numeric"
            min={1}
            max={Math.max(
              ...variants.map(({ limitPerOrder, limitPerCustomer }) => Math.min(limitPerOrder, limitPerCustomer ?? limitPerOrder)),
            )}
            defaultValue={1}
            required
          />
        </label>
        <button type="submit" className={`${controls.button} ${styles.add}`}>
          <span className={live.live} data-live-button />
          <span>Add to cart</span>
        </button>
      </div>
      <div className={styles.stock}>{stock}</div>
      {limitForAll && first.limitPerCustomer !== null && <p className="quiet small">{`At most ${first.limitPerCustomer} per customer.`}</p>}
    </form>
  )
}
