import type { Metadata } from 'next'
import controls from '#/components/controls.module.css'
import { Message } from '#/components/message.tsx'
import { Notice } from '#/components/notice.tsx'
import { DEFAULT_COUNTRY } from '#/domain/countries.ts'
import { priceCart } from '#/server/cart/priced-cart.ts'
import { viewCart } from '#/server/cart/view-cart.ts'
import { readCart } from '#/server/web/cookies.ts'
import { runtime } from '#/server/web/runtime.ts'
import { refusalWords } from '../../cart-words.ts'
import styles from './cart.module.css'
import { CartLineRow, UnknownRow } from './cart-line-row.tsx'
import { CartSums } from './cart-sums.tsx'
import { CodeForm } from './code-form.tsx'

/** Lines of the cart, on a telephone. */
const ON_FIRST_SCREEN = 3

export const metadata: Metadata = { title: 'Cart' }

export default async function CartPage({ searchParams }: { searchParams: Promise<{ notice?: string | string[] }> }) {
  const { notice: named } = await searchParams
  const notice = typeof named === 'string' ? refusalWords(named) : null
  const cart = await readCart()
  if (!cart || cart.lines.length === 0) {
    return (
      <Message title="Your cart is empty">
        {notice && <Notice>{notice}</Notice>}
        <p className={styles.empty}>Whatever you add will wait here for a month.</p>
        <a href="/c/everything" className={controls.button}>
          Have a look around
        </a>
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
  const { lines, unknown, code, totals, country } = viewCart(priced.value, DEFAULT_COUNTRY)
  const sellable = lines.some((line) => line.onSale)
  return (
    <main id="content" className={styles.page}>
      <h1>Cart</h1>
      {notice && <Notice>{notice}</Notice>}
      <ul className={styles.lines}>
        {lines.map((line, i) => (
          <CartLineRow key={line.sku} line={line} priority={i < ON_FIRST_SCREEN ? 'eager' : 'lazy'} />
        ))}
        {unknown.map((sku) => (
          <UnknownRow key={sku} sku={sku} />
        ))}
      </ul>
      <section aria-label="What it comes to" className={styles.sum}>
        {sellable && <CartSums totals={totals} code={code?.code ?? null} country={country} />}
        <CodeForm code={code} />
        {sellable && (
          <>
            <a href="/checkout" className={controls.button}>
              Checkout
            </a>
            <p className="quiet small">Delivery and country are chosen at the checkout.</p>
          </>
        )}
      </section>
    </main>
  )
}
