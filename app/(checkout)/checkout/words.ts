import type { DeliveryMethod } from '#/domain/pricing.ts'

export const DELIVERY_WORDS: Record<DeliveryMethod, string> = {
  standard: 'Standard, 2 to 4 working days',
  express: 'Express, next working day',
}
