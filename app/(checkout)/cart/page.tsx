import type { Metadata } from 'next'
import controls from '#/components/controls.module.css'
import { Message } from '#/components/message.tsx'
import { Notice } from '#/components/notice.tsx'
import { CART_MAX_LINES, LINE_MAX_QUANTITY } from '#/domain/cart.ts'
import { cartTotals, priceCart } from '#/server/cart/priced-cart.ts'
import { readCart } from '#/server/web/cookies.ts'
import { runtime } from '#/server/web/runtime.ts'
import { DEFAULT_COUNTRY } from '../checkout/words.ts'
import styles from './cart.module.css'
import { CartLineRow } from './cart-line-row.tsx'
import { CartSums } from './cart-sums.tsx'
import { CodeForm } from './code-form.tsx'

export const metadata: Metadata = { title: 'Cart' }

const NOTICES: Record<string, string> = {
  CART_FULL: `A cart holds ${CART_MAX_LINES} different things. Please order these first.`,
  CODE_UNKNOWN: 'We do not know that code. Please look at how it is spelled.',
  CODE_NOT_YET: 'That code does not apply yet. Your cart is as it was.',
  CODE_ENDED: 'That code has ended. Your cart is as it was.',
  AWAY: 'We cannot look up codes right now. Your cart is as it was; please try again in a moment.',
  NOT_SOLD: 'We do not sell that, or not any more. Your cart is as it was.',
  TOO_MANY: `We sell at most ${LINE_MAX_QUANTITY} of one thing at a time. Your cart is as it was.`,
}

export default async function CartPage({ searchParams }: { searchParams: Promise<{ notice?: string | string[] }> }) {
  const { notice: named } = await searchParams
  const notice = typeof named === 'string' && Object.hasOwn(NOTICES, named) ? NOTICES[named] : undefined
  const cart = await readCart()
  if (!cart || cart.lines.length === 0) {
    return (
      <Message title="Your cart is empty">
        {notice && <Notice>{notice}</Notice>}
        Whatever you add will wait here for a month. <a href="/">Have a look around</a>.
      </Message>
    )
  }
  const priced = await priceCart(runtime().ports, cart)
  if (!priced.ok) {
    return (
      <Message title="Your cart is safe, but we cannot show it right now">
        We are having trouble looking up prices. Nothing in your cart is lost; please <a href="/cart">try again</a> in a moment.
      </Message>
    )
  }
  const { lines, unknown, code } = priced.value
  const sellable = lines.some((line) => line.onSale)
  return (
    <main id="content" className={styles.page}>
      <h1>Cart</h1>
      {notice && <Notice>{notice}</Notice>}
      <ul>
        {lines.map((line) => (
          <CartLineRow key={line.sku} line={line} />
        ))}
        {unknown.map((sku) => (
          <li key={sku} className={styles.line}>
            <p>{`${sku} is no longer sold.`}</p>
            <form method="post" action="/cart/quantity">
              <input type="hidden" name="sku" value={sku} />
              <input type="hidden" name="quantity" value="0" />
              <button type="submit" className={controls.plain}>
                Remove<span className="hidden">{` ${sku}`}</span>
              </button>
            </form>
          </li>
        ))}
      </ul>
      <CodeForm code={code} />
      {sellable && (
        <div className={styles.sum}>
          <CartSums totals={cartTotals(priced.value, DEFAULT_COUNTRY)} code={cart.code} country={DEFAULT_COUNTRY} />
          <p className="quiet">Delivery and country are chosen at the checkout.</p>
          <a href="/checkout" className={controls.button}>
            Checkout
          </a>
        </div>
      )}
    </main>
  )
}
