'use client'

import styles from '#/components/cart-drawer.module.css'
import controls from '#/components/controls.module.css'
import { DrawerLine } from '#/components/drawer-line.client.tsx'
import type { CartChange, ShownCart, ShownLine } from '#/domain/cart-changes.ts'
import { formatMoney } from '#/domain/money.ts'
import { codeWords } from '../../(checkout)/code-words.ts'
import { problemWords } from '../../cart-words.ts'

type OnSet = (change: CartChange) => void

/** What is in the cart, or that nothing is. `isPartial`: there is more than what is shown, and it is on its way. */
export function DrawerLines({ cart, isPartial, onSet }: { cart: ShownCart | null; isPartial: boolean; onSet: OnSet }) {
  if (cart && !isPartial && cart.lines.length + cart.unknown.length === 0) {
    return <p className={styles.empty}>Your cart is empty. Whatever you add will wait here for a month.</p>
  }
  return (
    <ul>
      {isPartial && (
        <li className={styles.empty} aria-busy="true">
          <span className="quiet">Looking up your cart…</span>
        </li>
      )}
      {cart?.lines.map((line) => (
        <Line key={line.sku} line={line} onSet={onSet} />
      ))}
      {cart?.unknown.map((sku) => (
        <li key={sku} className={styles.empty}>
          {`${sku} is no longer sold. `}
          <button
            type="button"
            className={controls.plain}
            onClick={() => onSet({ kind: 'set', sku, quantity: 0, seen: { slug: '', name: sku, label: '', picture: null } })}
          >
            Remove<span className="hidden">{` ${sku}`}</span>
          </button>
        </li>
      ))}
    </ul>
  )
}

function Line({ line, onSet }: { line: ShownLine; onSet: OnSet }) {
  const { sku, slug, name, label, picture, quantity, maxQuantity, unitPriceMinor, currency, problem, isGuess } = line
  return (
    <DrawerLine
      href={`/p/${slug}`}
      name={name}
      label={label}
      picture={picture}
      quantity={quantity}
      maxQuantity={maxQuantity}
      amount={unitPriceMinor === null ? null : formatMoney({ minor: quantity * unitPriceMinor, currency })}
      problem={problem && problemWords(problem)}
      busy={isGuess ? 'Adding…' : ''}
      onSet={(wanted) => onSet({ kind: 'set', sku, quantity: wanted, seen: { slug, name, label, picture } })}
    />
  )
}

/** What the goods come to, and what the code that was entered does. */
export function DrawerSums({ cart: { subtotalMinor, discountMinor, code } }: { cart: ShownCart }) {
  return (
    <>
      <dl className={styles.sums}>
        <div>
          <dt>Subtotal</dt>
          <dd>{subtotalMinor === null ? '…' : formatMoney({ minor: subtotalMinor, currency: 'EUR' })}</dd>
        </div>
        {discountMinor > 0 && (
          <div className="quiet">
            <dt>{`Discount, ${code?.code}`}</dt>
            <dd>{formatMoney({ minor: -discountMinor, currency: 'EUR' })}</dd>
          </div>
        )}
      </dl>
      {code && <p className="quiet small">{codeWords(code)}</p>}
    </>
  )
}
