import type { Currency } from '#/domain/money.ts'

/** What a shared link to a product says beside its title and picture: https://ogp.me. The lowest price, where variants differ. */
export function ProductMeta({ price }: { price: { readonly minor: number; readonly currency: Currency } | null }) {
  return (
    <>
      <meta property="og:type" content="product" />
      {price && <meta property="product:price:amount" content={(price.minor / 100).toFixed(2)} />}
      {price && <meta property="product:price:currency" content={price.currency} />}
    </>
  )
}
