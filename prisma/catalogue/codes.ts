import type { CodeDraft } from '#/server/catalog/edit-codes.ts'
import { plants } from './plants.ts'

const always = { startsAtMs: null, endsAtMs: null }

/** The discount codes of the seed shop, to be tried at its cart. */
export const codes: readonly CodeDraft[] = [
  /** 10 % off everything, once a customer. */
  { code: 'WELCOME10', kind: 'percentage', value: 1000, minimumMinor: 0, maxUses: null, maxUsesPerCustomer: 1, skus: null, ...always },
  /** Free delivery from 50 €, also express. */
  {
    code: 'FREESHIP',
    kind: 'free-delivery',
    value: 0,
    minimumMinor: 50_00,
    maxUses: null,
    maxUsesPerCustomer: null,
    skus: null,
    ...always,
  },
  /** 5 € off plants, for the first two hundred orders of 20 € or more. */
  {
    code: 'GREEN5',
    kind: 'amount',
    value: 5_00,
    minimumMinor: 20_00,
    maxUses: 200,
    maxUsesPerCustomer: null,
    skus: plants.products.flatMap((product) => product.variants.map((variant) => variant.sku)),
    ...always,
  },
]
