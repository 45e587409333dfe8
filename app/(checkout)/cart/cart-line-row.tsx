import controls from '#/components/controls.module.css'
import { Photo } from '#/components/photo.tsx'
import { LINE_MAX_QUANTITY } from '#/domain/cart.ts'
import { formatMoney } from '#/domain/money.ts'
import type { PricedLine } from '#/server/cart/priced-cart.ts'
import styles from './cart.module.css'

/** One line of the cart, with forms to change and to remove it. */
export function CartLineRow({ line }: { line: PricedLine }) {
  const { card, priceMinor, currency, limitPerOrder, limitPerCustomer } = line.offer
  return (
    <li className={styles.line}>
      <div className={styles.picture}>{card.image && <Photo photo={{ ...card.image, alt: '' }} crop="1/1" sizes="6rem" />}</div>
      <div className={styles.what}>
        <a href={`/p/${card.slug}`}>{card.name}</a>
        {card.label && <p className="quiet">{card.label}</p>}
        <p className={styles.problem}>{problemOf(line)}</p>
      </div>
      <p className="money">{formatMoney({ minor: line.quantity * priceMinor, currency })}</p>
      <div className={styles.forms}>
        <form method="post" action="/cart/quantity" className={styles.quantity}>
          <input type="hidden" name="sku" value={line.sku} />
          <label>
            <span className="hidden">{`Quantity of ${card.name}`}</span>
            <input
              className={controls.number}
              type="number"
              name="quantity"
              inputMode="numeric"
              min={0}
              max={Math.min(limitPerOrder, limitPerCustomer ?? LINE_MAX_QUANTITY, LINE_MAX_QUANTITY)}
              defaultValue={line.quantity}
              required
            />
          </label>
          <button type="submit" className={controls.plain}>
            Update<span className="hidden">{` ${card.name}`}</span>
          </button>
        </form>
        <form method="post" action="/cart/quantity">
          <input type="hidden" name="sku" value={line.sku} />
          <input type="hidden" name="quantity" value="0" />
          <button type="submit" className={controls.plain}>
            Remove<span className="hidden">{` ${card.name}`}</span>
          </button>
        </form>
      </div>
    </li>
  )
}

/** What stands in the way of ordering this line, in words; empty when nothing does. */
function problemOf({ onSale, available, quantity, offer }: PricedLine): string {
  if (!onSale) return 'This is not on sale right now and will not be ordered.'
  if (available === 0) return 'Sold out.'
  if (available !== null && available < quantity) return `Only ${available} left.`
  if (quantity > offer.limitPerOrder) return `At most ${offer.limitPerOrder} to an order.`
  if (offer.limitPerCustomer !== null && quantity > offer.limitPerCustomer) return `At most ${offer.limitPerCustomer} per customer.`
  return ''
}
