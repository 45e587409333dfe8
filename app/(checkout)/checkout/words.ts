import { formatMoney } from '#/domain/money.ts'
import type { DeliveryMethod, Totals } from '#/domain/pricing.ts'

export const DELIVERY_WORDS: Record<DeliveryMethod, string> = {
  standard: 'Standard, 2 to 4 working days',
  express: 'Express, next working day',
}

export { DEFAULT_COUNTRY } from '#/domain/countries.ts'

type Costs = Pick<Totals, 'deliveryMinor' | 'taxMinor' | 'taxMode' | 'totalMinor'>

/** What a way of delivery costs and makes an order come to, and the tax in it: `€4.90, in all €44.90, including €8.40 tax`. */
export function deliveryNote({ deliveryMinor, taxMinor, taxMode, totalMinor }: Costs): string {
  const money = (minor: number) => formatMoney({ minor, currency: 'EUR' })
  const cost = deliveryMinor === 0 ? 'free' : money(deliveryMinor)
  return `${cost}, in all ${money(totalMinor)}, including ${money(taxMinor)} ${taxMode === 'included' ? 'tax' : 'added tax'}`
}
