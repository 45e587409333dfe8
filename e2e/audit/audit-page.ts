export const FORMS = ['mobile', 'desktop'] as const
export type Form = (typeof FORMS)[number]

export type AuditPage = {
  readonly name: string
  /** How to get there, of those in e2e/page-states.ts. */
  readonly state: string
  /** `public` is the same for everybody and asks to be found; `own` is about one shopper and asks search engines to stay away. */
  readonly kind: 'public' | 'own'
  /** What `budgets.spec.ts` holds it to as well, where it opens with a photograph. */
  readonly opensWithPhotograph?: boolean
}

export const AUDIT_PAGES: readonly AuditPage[] = [
  { name: 'home', state: 'home', kind: 'public' },
  { name: 'category', state: 'category', kind: 'public' },
  { name: 'product', state: 'product-two-options', kind: 'public', opensWithPhotograph: true },
  { name: 'cart', state: 'cart', kind: 'own' },
  { name: 'checkout', state: 'checkout', kind: 'own' },
  { name: 'order', state: 'order-confirmed', kind: 'own' },
]
