import type { Country } from './countries.ts'

/** `included`: shop prices contain the tax of the destination. `added`: they do not, and it comes on top. */
export type TaxMode = 'included' | 'added'

/** Rate in basis points: 2,300 is 23 %. */
export type TaxRule = { readonly mode: TaxMode; readonly rateBasisPoints: number }

const included = (rateBasisPoints: number): TaxRule => ({ mode: 'included', rateBasisPoints })
const added = (rateBasisPoints: number): TaxRule => ({ mode: 'added', rateBasisPoints })

/**
 * Standard rates. In the EU prices contain the destination's VAT; elsewhere import VAT comes on top.
 * Sources: https://europa.eu/youreurope/business/taxation/vat/vat-rules-rates/ for the EU, https://www.gov.uk/vat-rates for GB, and for all
 * fifteen side by side https://www.vat-solutions.com/blog/european-union-3/vat-rates-2025-in-the-european-union-46
 */
export const TAX_RULES: Record<Country, TaxRule> = {
  AT: included(2000),
  BE: included(2100),
  CH: added(810),
  DE: included(1900),
  DK: included(2500),
  ES: included(2100),
  FI: included(2550),
  FR: included(2000),
  GB: added(2000),
  IE: included(2300),
  IT: included(2200),
  NL: included(2100),
  NO: added(2500),
  PT: included(2300),
  SE: included(2500),
}

/** The tax of an amount, rounded half up to a whole minor unit: what it contains, or what is added to it. */
export function taxOf(amountMinor: number, { mode, rateBasisPoints }: TaxRule): number {
  const divisor = mode === 'included' ? 10_000 + rateBasisPoints : 10_000
  return Math.floor((2 * amountMinor * rateBasisPoints + divisor) / (2 * divisor))
}

/** What an amount without added tax comes to in a country, and the tax that is in it or on top of it. Minor units. */
export function taxed(
  amountMinor: number,
  country: Country,
): { readonly taxMinor: number; readonly taxMode: TaxMode; readonly totalMinor: number } {
  const rule = TAX_RULES[country]
  const taxMinor = taxOf(amountMinor, rule)
  return { taxMinor, taxMode: rule.mode, totalMinor: amountMinor + (rule.mode === 'added' ? taxMinor : 0) }
}
