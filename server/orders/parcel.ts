import { z } from 'zod'

/** A parcel that left, as its order's page and mail show it. `position` is that of the order's line. */
export const parcelSchema = z.object({
  shipmentId: z.uuid(),
  carrier: z.string(),
  tracking: z.string(),
  atMs: z.number(),
  units: z.array(z.object({ position: z.int(), quantity: z.int() })),
})
export type Parcel = z.infer<typeof parcelSchema>

/** Money that is on its way back (PENDING), has arrived, or could not be given back. */
export const moneyBackSchema = z.object({
  refundId: z.uuid(),
  amountMinor: z.int(),
  state: z.enum(['PENDING', 'SUCCEEDED', 'FAILED']),
  atMs: z.number(),
})
export type MoneyBack = z.infer<typeof moneyBackSchema>
