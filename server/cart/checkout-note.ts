import { z } from 'zod'
import { isSku, sku } from '#/domain/sku.ts'
import { signed, unsigned } from '../signing.ts'

/**
 * What came of a press on "Place order" that led to no order, and what was typed, carried by the browser from the action to the page that
 * it is sent back to. Every answer is a redirect: it works alike with and without JavaScript, a reload sends nothing again, and a press
 * costs the server no page (docs/decisions/0007).
 */
export type CheckoutNote = { readonly problem: CheckoutProblem; readonly errors: Fields; readonly values: Fields }
export type CheckoutProblem = z.infer<typeof problem>
type Fields = Readonly<Record<string, string>>

export const NOTE_COOKIE = 'checkout_note'
export const NOTE_KEEP_SECONDS = 600

/** Browsers drop cookies above 4,096 bytes, name and attributes included. */
const MAX_SEALED_LENGTH = 3500

const unit = z.string().refine(isSku).transform(sku)
const count = z.int().nonnegative()

const problem = z.discriminatedUnion('code', [
  z.object({ code: z.enum(['FORGED', 'FIELDS', 'NOT_READY', 'CHECKING']) }),
  z.object({ code: z.literal('CHECKOUT_CHANGED'), orderId: z.uuid() }),
  z.object({ code: z.literal('TOO_FAST'), retryAfterSeconds: count }),
  z.object({ code: z.enum(['NOT_ON_SALE', 'PRICE_CHANGED', 'CUSTOMER_LIMIT_REACHED']), skus: z.array(unit).readonly() }),
  z.object({ code: z.literal('LIMIT_REACHED'), limits: z.array(z.object({ sku: unit, limit: count })).readonly() }),
  z.object({ code: z.literal('SOLD_OUT'), short: z.array(z.object({ sku: unit, available: count })).readonly() }),
  z.object({ code: z.literal('CODE_CHANGED'), promoCode: z.string() }),
  z.object({ code: z.literal('CODE_USED_UP'), promoCode: z.string(), perCustomer: z.boolean() }),
  z.object({ code: z.literal('TOTAL_CHANGED'), totalMinor: count }),
  z.object({ code: z.literal('BELOW_MINIMUM'), minimumMinor: count }),
  z.object({ code: z.literal('ABOVE_MAXIMUM'), maximumMinor: count }),
])

const fields = z.record(z.string(), z.string())
const payload = z.object({ n: z.string(), problem, errors: fields, values: fields })

/** The note as a cookie; `nonce` ties it to the one page view that it is for. What was typed is left out when it would not fit. */
export function sealNote(nonce: string, note: CheckoutNote): string {
  const sealed = signed('checkout-note', { n: nonce, ...note })
  return sealed.length <= MAX_SEALED_LENGTH ? sealed : signed('checkout-note', { n: nonce, ...note, values: {} })
}

/** Null for no note, one of another page view, or one that is not ours. */
export function openNote(cookie: string | undefined, nonce: string | undefined): CheckoutNote | null {
  const parsed = payload.safeParse(cookie && nonce ? unsigned('checkout-note', cookie) : null)
  return parsed.success && parsed.data.n === nonce ? parsed.data : null
}
