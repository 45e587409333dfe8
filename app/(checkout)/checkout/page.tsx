import type { Metadata } from 'next'
import { Message } from '#/components/message.tsx'
import { Notice } from '#/components/notice.tsx'
import { COUNTRIES, type Country } from '#/domain/countries.ts'
import { formatMoney } from '#/domain/money.ts'
import { DELIVERY_METHODS, type DeliveryMethod, type Totals } from '#/domain/pricing.ts'
import { sealCheckout } from '#/server/cart/checkout-token.ts'
import { cartTotals, type PricedCode, type PricedLine, priceCart } from '#/server/cart/priced-cart.ts'
import { readCart, readCheckoutNote } from '#/server/web/cookies.ts'
import { runtime } from '#/server/web/runtime.ts'
import { codeWords } from '../code-words.ts'
import styles from './checkout.module.css'
import { CheckoutForm, type DeliveryChoice } from './checkout-form.tsx'
import { problemWords } from './problem-words.ts'
import { DEFAULT_COUNTRY, DELIVERY_WORDS, deliveryNote } from './words.ts'

export const metadata: Metadata = { title: 'Checkout' }

export default async function CheckoutPage({ searchParams }: { searchParams: Promise<{ note?: string | string[] }> }) {
  const { note: nonce } = await searchParams
  const note = await readCheckoutNote(typeof nonce === 'string' ? nonce : undefined)
  const cart = await readCart()
  const priced = await priceCart(runtime().ports, cart ?? { lines: [], code: null })
  if (!priced.ok) {
    return (
      <Message title="We cannot take orders right now">
        Your cart is safe. Please <a href="/checkout">try again</a> in a moment: if an order arrived before, it is never placed or charged
        twice.
      </Message>
    )
  }
  const lines = priced.value.lines.filter((line) => line.onSale)
  const nameOf = (sku: string) => {
    const card = priced.value.lines.find((line) => line.sku === sku)?.offer.card
    return card ? [card.name, card.label].filter(Boolean).join(', ') : sku
  }
  const notice = note && (
    <Notice>
      {problemWords(note.problem, nameOf)}{' '}
      {note.problem.code === 'CHECKOUT_CHANGED' && <a href={`/orders/${note.problem.orderId}`}>See that order</a>}
    </Notice>
  )
  if (!cart || lines.length === 0) {
    return (
      <Message title="There is nothing to check out">
        {notice}
        Your cart is empty, or what is in it is not on sale right now. <a href="/cart">See your cart</a>.
      </Message>
    )
  }
  const country = toCountry(note?.values.country)
  const totals = cartTotals(priced.value, country)
  const { code } = priced.value
  const totalsMinor = { standard: totals.standard.totalMinor, express: totals.express.totalMinor }
  const token = sealCheckout({
    checkoutId: cart.checkoutId,
    lines: lines.map(({ sku, quantity, offer }) => ({ sku, quantity, offerVersion: offer.version })),
    code: code?.check.ok ? { code: code.code, version: code.check.value.version } : null,
    totalsMinor,
  })
  return (
    <main id="content" className={styles.page}>
      <h1>Checkout</h1>
      {notice}
      <OrderedLines lines={lines} code={code} totals={totals.standard} />
      <CheckoutForm token={token} deliveries={deliveriesFor(totals)} country={country} totalsMinor={totalsMinor} note={note} />
    </main>
  )
}

function OrderedLines({ lines, code, totals }: { lines: readonly PricedLine[]; code: PricedCode | null; totals: Totals }) {
  const { subtotalMinor, discountMinor } = totals
  return (
    <section aria-label="What you are ordering" className={styles.order}>
      <ul>
        {lines.map(({ sku, quantity, offer }) => (
          <li key={sku} className={styles.line}>
            <span>
              {`${quantity} × ${offer.card.name}`}
              {offer.card.label && <span className="quiet">{`, ${offer.card.label}`}</span>}
            </span>
            <span className="money">{formatMoney({ minor: quantity * offer.priceMinor, currency: offer.currency })}</span>
          </li>
        ))}
        {discountMinor > 0 && (
          <>
            <li className={styles.line}>
              <span>Subtotal</span>
              <span className="money">{formatMoney({ minor: subtotalMinor, currency: 'EUR' })}</span>
            </li>
            <li className={styles.line}>
              <span>{`Discount, ${code?.code}`}</span>
              <span className="money">{formatMoney({ minor: -discountMinor, currency: 'EUR' })}</span>
            </li>
          </>
        )}
      </ul>
      {code && discountMinor === 0 && <p>{codeWords(code)}</p>}
      <a href="/cart" className="quiet">
        Change the cart
      </a>
    </section>
  )
}

function toCountry(chosen: string | undefined): Country {
  return chosen !== undefined && Object.hasOwn(COUNTRIES, chosen) ? (chosen as Country) : DEFAULT_COUNTRY
}

/** Each way of delivery with what it makes the order cost in all, so that nothing has to be computed in the browser. */
function deliveriesFor(totals: Record<DeliveryMethod, Totals>): DeliveryChoice[] {
  return DELIVERY_METHODS.map((method) => ({ value: method, label: DELIVERY_WORDS[method], note: deliveryNote(totals[method]) }))
}
