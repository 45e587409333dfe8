import type { Metadata } from 'next'
import { Message } from '#/components/message.tsx'
import { DEFAULT_COUNTRY, isCountry } from '#/domain/countries.ts'
import { sealCheckout } from '#/server/cart/checkout-token.ts'
import { cartTotals, priceCart } from '#/server/cart/priced-cart.ts'
import { readCart, readCheckoutNote } from '#/server/web/cookies.ts'
import { runtime } from '#/server/web/runtime.ts'
import { Bought } from './bought.tsx'
import styles from './checkout.module.css'
import { CheckoutForm } from './checkout-form.tsx'
import { CheckoutProblem } from './checkout-problem.tsx'
import { ChosenDestination } from './chosen.client.tsx'

export const metadata: Metadata = { title: 'Checkout' }

export default async function CheckoutPage({ searchParams }: { searchParams: Promise<{ note?: string | string[] }> }) {
  const { note: named } = await searchParams
  const nonce = typeof named === 'string' ? named : ''
  const note = await readCheckoutNote(nonce)
  const cart = await readCart()
  const priced = await priceCart(runtime().ports, cart ?? { lines: [], code: null })
  if (!priced.ok) {
    return (
      <Message title="We cannot take orders right now" ways={<a href="/checkout">Try again</a>}>
        Your cart is safe. Please try again in a moment: if an order arrived before, it is never placed or charged twice.
      </Message>
    )
  }
  const lines = priced.value.lines.filter((line) => line.onSale)
  const nameOf = (sku: string) => {
    const card = priced.value.lines.find((line) => line.sku === sku)?.offer.card
    return card ? [card.name, card.label].filter(Boolean).join(', ') : sku
  }
  const problem = note && <CheckoutProblem note={note} nonce={nonce} nameOf={nameOf} />
  if (!cart || lines.length === 0) {
    return (
      <Message title="There is nothing to check out" above={problem} ways={<a href="/cart">See your cart</a>}>
        Your cart is empty, or what is in it is not on sale right now.
      </Message>
    )
  }
  const chosen = note?.values.country
  const country = isCountry(chosen) ? chosen : DEFAULT_COUNTRY
  const { standard, express } = cartTotals(priced.value, country)
  const { subtotalMinor, discountMinor } = standard
  const { code } = priced.value
  const token = sealCheckout({
    checkoutId: cart.checkoutId,
    lines: lines.map(({ sku, quantity, offer }) => ({ sku, quantity, offerVersion: offer.version })),
    code: code?.check.ok ? { code: code.code, version: code.check.value.version } : null,
    totalsMinor: { standard: standard.totalMinor, express: express.totalMinor },
  })
  return (
    <main id="content" className={styles.page}>
      <h1>Checkout</h1>
      {problem}
      <ChosenDestination
        costs={{
          goodsMinor: subtotalMinor - discountMinor,
          deliveryMinor: { standard: standard.deliveryMinor, express: express.deliveryMinor },
        }}
        shown={{ country, method: note?.values.deliveryMethod === 'express' ? 'express' : 'standard' }}
        className={styles.columns}
      >
        <Bought lines={lines} code={code} subtotalMinor={subtotalMinor} discountMinor={discountMinor} />
        <CheckoutForm token={token} country={country} note={note} />
      </ChosenDestination>
    </main>
  )
}
