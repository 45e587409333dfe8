import type { Metadata } from 'next'
import { Message } from '#/components/message.tsx'
import { COUNTRIES } from '#/domain/countries.ts'
import { formatMoney } from '#/domain/money.ts'
import { DELIVERY_METHODS, totalsOf } from '#/domain/pricing.ts'
import { sealCheckout } from '#/server/cart/checkout-token.ts'
import { priceCart } from '#/server/cart/priced-cart.ts'
import { TEST_CARDS } from '#/server/payments/test-cards.ts'
import { readCart } from '#/server/web/cookies.ts'
import { runtime } from '#/server/web/runtime.ts'
import styles from './checkout.module.css'
import { CheckoutForm } from './checkout-form.client.tsx'
import { DELIVERY_WORDS } from './words.ts'

export const metadata: Metadata = { title: 'Checkout' }

export default async function CheckoutPage() {
  const cart = await readCart()
  const priced = await priceCart(runtime().ports, cart?.lines ?? [])
  if (!priced.ok) {
    return (
      <Message title="We cannot take orders right now">
        Your cart is safe and nothing was charged. Please <a href="/checkout">try again</a> in a moment.
      </Message>
    )
  }
  const lines = priced.value.lines.filter((line) => line.onSale)
  if (!cart || lines.length === 0) {
    return (
      <Message title="There is nothing to check out">
        Your cart is empty, or what is in it is not on sale right now. <a href="/cart">See your cart</a>.
      </Message>
    )
  }
  const money = (minor: number) => formatMoney({ minor, currency: 'EUR' })
  const token = sealCheckout({
    checkoutId: cart.checkoutId,
    lines: lines.map(({ sku, quantity, offer }) => ({ sku, quantity, offerVersion: offer.version })),
  })
  const pricedLines = lines.map((line) => ({ quantity: line.quantity, unitPriceMinor: line.offer.priceMinor }))
  const deliveries = DELIVERY_METHODS.map((method) => {
    const { deliveryMinor, totalMinor } = totalsOf(pricedLines, method)
    const cost = deliveryMinor === 0 ? 'free' : money(deliveryMinor)
    return { value: method, label: DELIVERY_WORDS[method], cost, total: money(totalMinor) }
  })
  return (
    <main id="content" className={styles.page}>
      <h1>Checkout</h1>
      <section aria-label="What you are ordering" className={styles.order}>
        <ul>
          {lines.map(({ sku, quantity, offer }) => (
            <li key={sku} className={styles.line}>
              <span>
                {`${quantity} × ${offer.card.name}`}
                {offer.card.label && <span className="quiet">{`, ${offer.card.label}`}</span>}
              </span>
              <span className="money">{money(quantity * offer.priceMinor)}</span>
            </li>
          ))}
        </ul>
        <a href="/cart" className="quiet">
          Change the cart
        </a>
      </section>
      <CheckoutForm
        token={token}
        deliveries={deliveries}
        countries={Object.entries(COUNTRIES).map(([value, label]) => ({ value, label }))}
        cards={Object.entries(TEST_CARDS).map(([value, label]) => ({ value, label }))}
      />
    </main>
  )
}
