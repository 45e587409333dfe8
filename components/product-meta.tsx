import type { Currency } from '#/domain/money.ts'

/** What a shared link to a product says beside its title and picture: https://ogp.me. Of several prices the lowest. */
export function ProductMeta({ prices }: { prices: readonly { readonly minor: number; readonly currency: Currency }[] }) {
  const [cheapest] = prices.toSorted((a, b) => a.minor - b.minor)
  return (
    <>
      <meta property="og:type" content="product" />
      {cheapest && <meta property="product:price:amount" content={(cheapest.minor / 100).toFixed(2)} />}
      {cheapest && <meta property="product:price:currency" content={cheapest.currency} />}
    </>
  )
}
