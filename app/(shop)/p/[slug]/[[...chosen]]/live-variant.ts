import type { ReactNode } from 'react'

/** What the live parts of a product's page are told of each variant. */
export type LiveVariant = {
  readonly sku: string
  readonly path: string
  /** What is shown as the price once somebody chooses it; null where all cost the same. */
  readonly price: ReactNode
}

export type LiveProps = { readonly variants: readonly LiveVariant[] }
