import type { Country } from '#/domain/countries.ts'
import { CUSTOMS_COUNTRIES, CUSTOMS_WORKING_DAYS, DELIVERY_NAMES, LEAD_WORKING_DAYS } from '#/domain/delivery-estimate.ts'
import { formatMoney } from '#/domain/money.ts'
import type { DeliveryMethod, Totals } from '#/domain/pricing.ts'

/** `Standard, 3 to 5 working days`; more of them where customs look at it. */
export function deliveryWords(method: DeliveryMethod, country: Country): string {
  const more = CUSTOMS_COUNTRIES.includes(country) ? CUSTOMS_WORKING_DAYS : 0
  return `${DELIVERY_NAMES[method]}, ${LEAD_WORKING_DAYS[method].map((days) => days + more).join(' to ')} working days`
}

type Costs = Pick<Totals, 'deliveryMinor' | 'taxMinor' | 'taxMode' | 'totalMinor'>

/** What a way of delivery costs and makes an order come to, and the tax in it: `€4.90, in all €44.90, including €8.40 tax`. */
export function deliveryNote({ deliveryMinor, taxMinor, taxMode, totalMinor }: Costs): string {
  const money = (minor: number) => formatMoney({ minor, currency: 'EUR' })
  const cost = deliveryMinor === 0 ? 'free' : money(deliveryMinor)
  return `${cost}, in all ${money(totalMinor)}, including ${money(taxMinor)} ${taxMode === 'included' ? 'tax' : 'added tax'}`
}
