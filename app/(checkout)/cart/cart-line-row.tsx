import controls from '#/components/controls.module.css'
import { Photo, type PhotoPriority } from '#/components/photo.tsx'
import type { CartLineView } from '#/domain/cart-view.ts'
import { formatMoney } from '#/domain/money.ts'
import { problemWords } from '../../cart-words.ts'
import styles from './cart.module.css'

/** As wide as the first column of a line. */
const SIZES = '(min-width: 34.1rem) 7.5rem, (min-width: 22.8rem) 22vw, 5rem'

/** One line of the cart, with forms to change and to remove it. */
export function CartLineRow({ line, priority }: { line: CartLineView; priority: PhotoPriority }) {
  const { sku, slug, name, label, picture, quantity, maxQuantity, unitPriceMinor, currency, problem } = line
  return (
    <li className={styles.line}>
      <div className={styles.picture}>
        {picture && <Photo photo={{ ...picture, alt: '' }} crop="4/5" sizes={SIZES} priority={priority} />}
      </div>
      <div className={styles.what}>
        <a href={`/p/${slug}`}>{name}</a>
        {label && <p className="quiet small">{label}</p>}
        {quantity > 1 && <p className="money quiet small">{`${formatMoney({ minor: unitPriceMinor, currency })} each`}</p>}
        {problem && <p className={styles.problem}>{problemWords(problem)}</p>}
      </div>
      <p className="money">{formatMoney({ minor: quantity * unitPriceMinor, currency })}</p>
      <div className={styles.forms}>
        <form method="post" action="/cart/quantity" className={styles.quantity}>
          <input type="hidden" name="sku" value={sku} />
          <label>
            <span className="hidden">{`Quantity of ${name}`}</span>
            <input
              className={controls.number}
              type="number"
              name="quantity"
              inputMode="numeric"
              min={0}
              max={maxQuantity}
              defaultValue={quantity}
              required
            />
          </label>
          <button type="submit" className={controls.plain}>
            Update<span className="hidden">{` ${name}`}</span>
          </button>
        </form>
        <RemoveForm sku={sku} name={name} />
      </div>
    </li>
  )
}

/** A line that nobody sells any more. */
export function UnknownRow({ sku }: { sku: string }) {
  return (
    <li className={styles.line}>
      <div className={styles.picture} />
      <p className={styles.problem}>{`${sku} is no longer sold.`}</p>
      <div className={styles.forms}>
        <RemoveForm sku={sku} name={sku} />
      </div>
    </li>
  )
}

function RemoveForm({ sku, name }: { sku: string; name: string }) {
  return (
    <form method="post" action="/cart/quantity">
      <input type="hidden" name="sku" value={sku} />
      <input type="hidden" name="quantity" value="0" />
      <button type="submit" className={controls.plain}>
        Remove<span className="hidden">{` ${name}`}</span>
      </button>
    </form>
  )
}
