/** An amount in minor units (cents) with its ISO 4217 currency. Never a fraction, never a float sum. */
export type Money = { readonly minor: number; readonly currency: Currency }

export type Currency = 'EUR'

/** Formats for people: `€1,299.00`. One locale everywhere, so that server, browser and mail agree to the letter. */
export function formatMoney({ minor, currency }: Money): string {
  return formatters[currency].format(minor / 100)
}

const formatters: Record<Currency, Intl.NumberFormat> = {
  EUR: new Intl.NumberFormat('en-IE', { style: 'currency', currency: 'EUR' }),
}
