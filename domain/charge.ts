import type { Currency, Money } from './money.ts'
import { type Failure, fail, ok, type Result } from './result.ts'

/** The least and the most a card payment may be. Source: https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts */
export const MINIMUM_CHARGE: Record<Currency, Money> = { EUR: { minor: 50, currency: 'EUR' } }
export const MAXIMUM_CHARGE: Record<Currency, Money> = { EUR: { minor: 999_999_99, currency: 'EUR' } }

type Chargeable = { readonly subtotalMinor: number; readonly totalMinor: number }

export type NotChargeable =
  | (Failure<'BELOW_MINIMUM'> & { readonly minimumMinor: number })
  | (Failure<'ABOVE_MAXIMUM'> & { readonly maximumMinor: number })

/**
 * Whether a card can pay it. Nothing to pay needs no charge, so there is no least amount for it. Goods above the most are refused whatever
 * a code takes off them: every amount of an order that this lets through fits an integer column.
 */
export function checkCharge({ subtotalMinor, totalMinor }: Chargeable): Result<void, NotChargeable> {
  const [minimumMinor, maximumMinor] = [MINIMUM_CHARGE.EUR.minor, MAXIMUM_CHARGE.EUR.minor]
  if (totalMinor > 0 && totalMinor < minimumMinor) return fail('BELOW_MINIMUM', { minimumMinor })
  return Math.max(subtotalMinor, totalMinor) > maximumMinor ? fail('ABOVE_MAXIMUM', { maximumMinor }) : ok(undefined)
}
