import type { CodeView } from '#/domain/cart-view.ts'
import type { Discount } from '#/domain/discount.ts'
import { formatMoney } from '#/domain/money.ts'
import { unreachable } from '#/domain/unreachable.ts'

/** What a cart's code does, or why it takes nothing off and what would help. */
export function codeWords({ code, check }: CodeView): string {
  if (check.ok) return `${code}: ${takesOff(check.value)}.`
  switch (check.code) {
    case 'CODE_UNKNOWN':
    case 'CODE_ENDED':
      return `The code ${code} has ended. It takes nothing off.`
    case 'CODE_NOT_YET':
      return `The code ${code} does not apply yet. So far it takes nothing off.`
    case 'CODE_NOT_FOR_THESE':
      return `The code ${code} is for other things than these. So far it takes nothing off.`
    case 'CODE_BELOW_MINIMUM':
      return `The code ${code} is for goods of ${money(check.minimumMinor)} or more. So far it takes nothing off.`
    default:
      return unreachable(check)
  }
}

function takesOff({ kind, value, skus }: Pick<Discount, 'kind' | 'value' | 'skus'>): string {
  switch (kind) {
    case 'percentage':
      return `${value / 100} % off${skus ? ' what it is for' : ''}`
    case 'amount':
      return `${money(value)} off${skus ? ' what it is for' : ''}`
    case 'free-delivery':
      return 'delivery is free'
    default:
      return unreachable(kind)
  }
}

function money(minor: number): string {
  return formatMoney({ minor, currency: 'EUR' })
}
