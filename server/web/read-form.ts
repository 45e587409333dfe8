import { z } from 'zod'
import { LINE_MAX_QUANTITY } from '#/domain/cart.ts'
import { isSku, sku } from '#/domain/sku.ts'

const wholeNumber = z
  .string()
  .regex(/^\d{1,4}$/)
  .transform(Number)

const fields = z.object({ sku: z.string().refine(isSku).transform(sku), quantity: wholeNumber })

export type LineForm = z.infer<typeof fields>

/** A SKU and a quantity of at least `least` from a posted form; null when the body is no form or its fields are anything else. */
export async function readLineForm(request: Request, least: number): Promise<LineForm | null> {
  try {
    const form = await request.formData()
    const parsed = fields.safeParse({ sku: form.get('sku'), quantity: form.get('quantity') })
    return parsed.success && parsed.data.quantity >= least && parsed.data.quantity <= LINE_MAX_QUANTITY ? parsed.data : null
  } catch {
    return null
  }
}

/** What was typed as a discount code, however long; null when the body is no form, or has no such field. */
export async function readCodeForm(request: Request): Promise<string | null> {
  try {
    const typed = (await request.formData()).get('code')
    return typeof typed === 'string' ? typed : null
  } catch {
    return null
  }
}
