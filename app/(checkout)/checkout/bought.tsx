import { formatMoney } from '#/domain/money.ts'
import type { PricedCode, PricedLine } from '#/server/cart/priced-cart.ts'
import { BoughtLine } from '../bought-line.tsx'
import { codeWords } from '../code-words.ts'
import styles from './checkout.module.css'
import { ChosenSums, ChosenTotal } from './chosen-sums.client.tsx'

/** What is being bought and what it comes to: beside the form where there is room, else folded above it. */
export function Bought({
  lines,
  code,
  subtotalMinor,
  discountMinor,
}: {
  lines: readonly PricedLine[]
  code: PricedCode | null
  subtotalMinor: number
  discountMinor: number
}) {
  const units = lines.reduce((sum, { quantity }) => sum + quantity, 0)
  const title = units === 1 ? 'One thing' : `${units} things`
  return (
    <section aria-label="What you are ordering" className={styles.bought}>
      <h2 className={styles.beside}>{title}</h2>
      <details className={styles.fold}>
        <summary>
          <span>{title}</span>
          <ChosenTotal />
        </summary>
        <ul>
          {lines.map(({ sku, quantity, offer }) => (
            <BoughtLine
              key={sku}
              picture={offer.card.image}
              quantity={quantity}
              name={offer.card.name}
              label={offer.card.label}
              amount={money(quantity * offer.priceMinor)}
            />
          ))}
        </ul>
        {discountMinor > 0 && (
          <ul className={styles.sums}>
            <li className={styles.line}>
              <span>Subtotal</span>
              <span className="money">{money(subtotalMinor)}</span>
            </li>
            <li className={styles.line}>
              <span>{`Discount, ${code?.code}`}</span>
              <span className="money">{money(-discountMinor)}</span>
            </li>
          </ul>
        )}
        <ChosenSums />
      </details>
      {code && discountMinor === 0 && <p>{codeWords(code)}</p>}
      <p>
        <a href="/cart" className="quiet">
          Change the cart
        </a>
      </p>
    </section>
  )
}

function money(minor: number): string {
  return formatMoney({ minor, currency: 'EUR' })
}
