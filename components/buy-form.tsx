import type { ReactNode } from 'react'
import { type Currency, formatMoney } from '#/domain/money.ts'
import styles from './buy-form.module.css'
import controls from './controls.module.css'

export type Buyable = {
  readonly variants: readonly {
    readonly sku: string
    readonly label: string
    readonly limitPerOrder: number
    readonly limitPerCustomer: number | null
    readonly price: { readonly minor: number; readonly currency: Currency }
  }[]
  /** What the variants differ by, such as `Size` or `Colour and size`. */
  readonly choice: string
}

/** A plain form that works before, and without, JavaScript. `stock` is whatever tells how many are left. */
export function BuyForm({ product, stock }: { product: Buyable; stock: ReactNode }) {
  const [first] = product.variants
  if (!first) return <p className={styles.gone}>This is no longer sold.</p>
  const limitForAll = product.variants.every(({ limitPerCustomer }) => limitPerCustomer === first.limitPerCustomer)
  const pricesDiffer = product.variants.some((variant) => variant.price.minor !== first.price.minor)
  return (
    <form method="post" action="/cart/lines" className={styles.form}>
      {product.variants.length === 1 ? (
        <input type="hidden" name="sku" value={first.sku} />
      ) : (
        <fieldset>
          <legend className={styles.legend}>{product.choice}</legend>
          <div className={controls.choices}>
            {product.variants.map((variant) => (
              <label key={variant.sku} className={controls.choice}>
                <input type="radio" name="sku" value={variant.sku} required defaultChecked={variant === first} />
                <span>{variant.label}</span>
                {pricesDiffer && <span className="money quiet">{formatMoney(variant.price)}</span>}
                {!limitForAll && variant.limitPerCustomer !== null && (
                  <span className="quiet">{`at most ${variant.limitPerCustomer} per customer`}</span>
                )}
              </label>
            ))}
          </div>
        </fieldset>
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
              ...product.variants.map(({ limitPerOrder, limitPerCustomer }) => Math.min(limitPerOrder, limitPerCustomer ?? limitPerOrder)),
            )}
            defaultValue={1}
            required
          />
        </label>
        <button type="submit" className={controls.button}>
          Add to cart
        </button>
      </div>
      {limitForAll && first.limitPerCustomer !== null && <p className="quiet">{`At most ${first.limitPerCustomer} per customer.`}</p>}
      {stock}
    </form>
  )
}
