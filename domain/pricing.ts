import type { Currency, Money } from './money.ts'

export const DELIVERY_METHODS = ['standard', 'express'] as const
export type DeliveryMethod = (typeof DELIVERY_METHODS)[number]

/** Standard delivery costs nothing from this subtotal on. */
export const FREE_DELIVERY_FROM_MINOR = 100_00

const DELIVERY_MINOR: Record<DeliveryMethod, number> = { standard: 4_90, express: 12_90 }

export type PricedLine = { readonly quantity: number; readonly unitPriceMinor: number }
export type Totals = { readonly subtotalMinor: number; readonly deliveryMinor: number; readonly totalMinor: number }

/**
 * The only place where a total is made: the checkout shows it, the placing agrees to it, intake recomputes it.
 * Prices include tax. All amounts are minor units of one currency.
 */
export function totalsOf(lines: readonly PricedLine[], delivery: DeliveryMethod): Totals {
  const subtotalMinor = lines.reduce((sum, line) => sum + line.quantity * line.unitPriceMinor, 0)
  const deliveryMinor = deliveryCost(subtotalMinor, delivery)
  return { subtotalMinor, deliveryMinor, totalMinor: subtotalMinor + deliveryMinor }
}

export function deliveryCost(subtotalMinor: number, delivery: DeliveryMethod): number {
  return delivery === 'standard' && subtotalMinor >= FREE_DELIVERY_FROM_MINOR ? 0 : DELIVERY_MINOR[delivery]
}

/** The least and the most a card payment may be. Source: https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts */
export const MINIMUM_CHARGE: Record<Currency, Money> = { EUR: { minor: 50, currency: 'EUR' } }
export const MAXIMUM_CHARGE: Record<Currency, Money> = { EUR: { minor: 999_999_99, currency: 'EUR' } }
