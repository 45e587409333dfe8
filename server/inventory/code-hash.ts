import { z } from 'zod'
import { CODE_MAX_LENGTH, DISCOUNT_KINDS, type Discount } from '#/domain/discount.ts'
import { isSku, sku } from '#/domain/sku.ts'

const count = z.int().nonnegative()

const discountSchema: z.ZodType<Discount> = z.object({
  code: z.string().max(CODE_MAX_LENGTH),
  version: count,
  kind: z.enum(DISCOUNT_KINDS),
  value: count,
  minimumMinor: count,
  maxUses: count.nullable(),
  maxUsesPerCustomer: count.nullable(),
  startsAtMs: z.number(),
  endsAtMs: z.number(),
  skus: z.array(z.string().refine(isSku).transform(sku)).nullable(),
})

/** In the order in which put-code.lua takes its arguments. */
export function discountToFields(discount: Discount): (string | number)[] {
  return [discount.version, discount.startsAtMs, discount.endsAtMs, JSON.stringify(discount)]
}

export function discountFromDefinition(definition: string): Discount {
  return discountSchema.parse(JSON.parse(definition))
}
