import type { Metadata } from 'next'
import { Message } from '#/components/message.tsx'
import { Notice } from '#/components/notice.tsx'
import { COUNTRIES, type Country } from '#/domain/countries.ts'
import { formatMoney } from '#/domain/money.ts'
import { DELIVERY_METHODS, type DeliveryMethod, type Totals, totalsOf } from '#/domain/pricing.ts'
import { sealCheckout } from '#/server/cart/checkout-token.ts'
import { type PricedLine, priceCart } from '#/server/cart/priced-cart.ts'
import { readCart, readCheckoutNote } from '#/server/web/cookies.ts'
import { runtime } from '#/server/web/runtime.ts'
import styles from './checkout.module.css'
import { CheckoutForm, DEFAULT_COUNTRY, type DeliveryChoice } from './checkout-form.tsx'
import { problemWords } from './problem-words.ts'
import { DELIVERY_WORDS } from './words.ts'

export const metadata: Metadata = { title: 'Checkout' }

export default async function CheckoutPage({ searchParams }: { searchParams: Promise<{ note?: string | string[] }> }) {
  const { note: nonce } = await searchParams
  const note = await readCheckoutNote(typeof nonce === 'string' ? nonce : undefined)
  const cart = await readCart()
  const priced = await priceCart(runtime().ports, cart?.lines ?? [])
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
  const totals = totalsByMethod(lines, country)
  const totalsMinor = { standard: totals.standard.totalMinor, express: totals.express.totalMinor }
  const token = sealCheckout({
    checkoutId: cart.checkoutId,
    lines: lines.map(({ sku, quantity, offer }) => ({ sku, quantity, offerVersion: offer.version })),
    code: null,
    totalsMinor,
  })
  return (
    <main id="content" className={styles.page}>
      <h1>Checkout</h1>
      {notice}
      <OrderedLines lines={lines} />
      <CheckoutForm token={token} deliveries={deliveriesFor(totals)} totalsMinor={totalsMinor} note={note} />
    </main>
  )
}

function OrderedLines({ lines }: { lines: readonly PricedLine[] }) {
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
      </ul>
      <a href="/cart" className="quiet">
        Change the cart
      </a>
    </section>
  )
}

function totalsByMethod(lines: readonly PricedLine[], country: Country): Record<DeliveryMethod, Totals> {
  const priced = lines.map(({ sku, quantity, offer }) => ({
    sku,
    quantity,
    unitPriceMinor: offer.priceMinor,
    weightGrams: offer.weightGrams,
  }))
  const totals = (deliveryMethod: DeliveryMethod) => totalsOf({ lines: priced, deliveryMethod, country, discount: null })
  return { standard: totals('standard'), express: totals('express') }
}

function toCountry(chosen: string | undefined): Country {
  return chosen !== undefined && Object.hasOwn(COUNTRIES, chosen) ? (chosen as Country) : DEFAULT_COUNTRY
}

/** Each way of delivery with what it makes the order cost in all, so that nothing has to be computed in the browser. */
function deliveriesFor(totals: Record<DeliveryMethod, Totals>): DeliveryChoice[] {
  const money = (minor: number) => formatMoney({ minor, currency: 'EUR' })
  return DELIVERY_METHODS.map((method) => {
    const { deliveryMinor, totalMinor } = totals[method]
    const cost = deliveryMinor === 0 ? 'free' : money(deliveryMinor)
    return { value: method, label: DELIVERY_WORDS[method], note: `${cost}, in all ${money(totalMinor)}` }
  })
}
