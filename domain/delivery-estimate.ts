import { COUNTRIES, type Country } from './countries.ts'
import type { DeliveryMethod } from './pricing.ts'
import { TAX_RULES } from './tax.ts'

/** What each way of delivery is called, in a shop. */
export const DELIVERY_NAMES: Record<DeliveryMethod, string> = { standard: 'Standard', express: 'Express' }

/** Working days from the day of an order to its delivery within the EU, fewest and most. */
export const LEAD_WORKING_DAYS: Record<DeliveryMethod, readonly [fewest: number, most: number]> = {
  standard: [3, 5],
  express: [1, 2],
}

/** Working days more where a parcel goes through customs. */
export const CUSTOMS_WORKING_DAYS = 2

/** Where a parcel goes through customs, and import tax comes on top of our prices. */
export const CUSTOMS_COUNTRIES = (Object.keys(COUNTRIES) as Country[]).filter((country) => TAX_RULES[country].mode === 'added')

/** A day of the calendar, wherever one is: `2026-11-30`. */
export type Day = string

/**
 * The first and the last day on which an order of this day is likely to arrive within the EU. Saturdays and Sundays are no working days;
 * public holidays differ from country to country and are not looked at, so this is an estimate.
 */
export function deliveryWindow(orderedOn: Day, method: DeliveryMethod): { readonly from: Day; readonly to: Day } {
  const [fewest, most] = LEAD_WORKING_DAYS[method]
  return { from: addWorkingDays(orderedOn, fewest), to: addWorkingDays(orderedOn, most) }
}

function addWorkingDays(day: Day, count: number): Day {
  const date = new Date(`${day}T00:00:00Z`)
  for (let left = count; left > 0; ) {
    date.setUTCDate(date.getUTCDate() + 1)
    if (date.getUTCDay() % 6 !== 0) left -= 1
  }
  return date.toISOString().slice(0, 10)
}

/** `Mon 30 Nov – Wed 2 Dec`, or one day where it is one. */
export function windowWords({ from, to }: { readonly from: Day; readonly to: Day }): string {
  return from === to ? dayWords(from) : `${dayWords(from)} – ${dayWords(to)}`
}

function dayWords(day: Day): string {
  return new Date(`${day}T00:00:00Z`)
    .toLocaleDateString('en-GB', { weekday: 'short', day: 'numeric', month: 'short', timeZone: 'UTC' })
    .replaceAll(',', '')
}
