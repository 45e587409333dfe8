import { formatMoney } from './money.ts'
import type { DeliveryMethod, Totals } from './pricing.ts'

export type Sum = { readonly what: string; readonly amount: string; readonly isTotal: boolean }

type Summed = Omit<Totals, 'lineDiscountsMinor'> & { readonly deliveryMethod: DeliveryMethod; readonly code: string | null }

/**
 * What stands below an order's lines, in words, on its page and in its mails: what a code took off, delivery, tax that came on top, the
 * total, and the tax that is in it.
 */
export function sumsOf({
  subtotalMinor,
  discountMinor,
  deliveryMinor,
  taxMinor,
  taxMode,
  totalMinor,
  deliveryMethod,
  code,
}: Summed): Sum[] {
  const sum = (what: string, minor: number, isTotal = false) => ({ what, amount: formatMoney({ minor, currency: 'EUR' }), isTotal })
  const delivery = sum(`Delivery, ${deliveryMethod}`, deliveryMinor)
  const isIncluded = taxMode === 'included'
  return [
    ...(discountMinor > 0 ? [sum('Subtotal', subtotalMinor), sum(`Discount, ${code}`, -discountMinor)] : []),
    deliveryMinor > 0 ? delivery : { ...delivery, amount: code !== null && discountMinor === 0 ? `free with ${code}` : 'free' },
    ...(isIncluded ? [] : [sum('Tax added', taxMinor)]),
    sum('Total', totalMinor, true),
    // Orders of before had no tax of their own.
    ...(isIncluded && taxMinor > 0 ? [sum('Tax included', taxMinor)] : []),
  ]
}
