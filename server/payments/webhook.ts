import Stripe from 'stripe'
import { z } from 'zod'
import { type Failure, fail, ok, type Result } from '#/domain/result.ts'

/** What the gateway may send at once: an event holds a whole object of it. */
export const MAX_WEBHOOK_BYTES = 256 * 1024

/** How old a signature may be, so that what somebody has overheard cannot be sent again for ever. Stripe's own default. */
const TOLERANCE_SECONDS = 300

/** Which of ours to look at. Nothing else in a webhook is believed: what has become of it is retrieved. */
export type Hint =
  | { readonly kind: 'order'; readonly orderId: string }
  | { readonly kind: 'refund'; readonly refundId: string }
  | { readonly kind: 'nothing' }

const event = z.object({
  data: z.object({ object: z.object({ object: z.string(), metadata: z.record(z.string(), z.string()).nullish() }) }),
})

/** Reads a webhook whose signature one of the secrets made, at most five minutes ago. `nowMs` in milliseconds. */
export function readWebhook(
  payload: string,
  signature: string,
  secrets: readonly string[],
  nowMs: number,
): Result<Hint, Failure<'BAD_SIGNATURE'>> {
  const { signature: signatures } = Stripe.webhooks
  if (!signatures) throw new Error('the SDK cannot check signatures')
  for (const secret of secrets) {
    try {
      signatures.verifyHeader(payload, signature, secret, TOLERANCE_SECONDS, undefined, nowMs)
    } catch {
      continue // a header that is none makes the SDK throw what is not one of its errors, too
    }
    return ok(toHint(payload))
  }
  return fail('BAD_SIGNATURE')
}

function toHint(payload: string): Hint {
  const parsed = event.safeParse(toJson(payload))
  if (!parsed.success) return { kind: 'nothing' }
  const { object, metadata } = parsed.data.data.object
  const id = z.uuid().safeParse(object === 'payment_intent' ? metadata?.orderId : object === 'refund' ? metadata?.refundId : null)
  if (!id.success) return { kind: 'nothing' }
  return object === 'refund' ? { kind: 'refund', refundId: id.data } : { kind: 'order', orderId: id.data }
}

function toJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
