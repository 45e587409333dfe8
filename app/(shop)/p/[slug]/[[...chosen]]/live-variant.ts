/** What the live parts of a product's page are told of each variant; plain values, because they cross from server to browser. */
export type LiveVariant = {
  readonly sku: string
  readonly path: string
  readonly price: { readonly minor: number; readonly compareAtMinor: number | null; readonly currency: 'EUR' }
}

export type LiveProps = { readonly variants: readonly LiveVariant[]; readonly pricesDiffer: boolean }
