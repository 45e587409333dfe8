import { env } from '#/server/env.ts'
import { type Hint, MAX_WEBHOOK_BYTES, readWebhook } from '#/server/payments/webhook.ts'
import { log } from '#/server/telemetry/log.ts'
import { runtime } from '#/server/web/runtime.ts'

/**
 * The payment gateway says that something happened: 200 once we have written down what to look at, 503 while we cannot, so that it says it
 * again. Whatever it did not sign costs nothing but the look at its signature.
 */
export async function POST(request: Request): Promise<Response> {
  const signature = request.headers.get('stripe-signature')
  const secrets = env().STRIPE_WEBHOOK_SECRET
  if (signature === null || secrets.length === 0) return answer(400, 'This is not signed.')
  const payload = await readText(request)
  if (payload === null) return answer(413, 'This is too large.')
  const read = readWebhook(payload, signature, secrets, Date.now())
  if (!read.ok) return answer(400, 'This signature is not right, or too old.')
  try {
    await record(read.value)
  } catch (error) {
    log.warn({ err: error, ...read.value }, 'a webhook could not be recorded')
    return answer(503, 'Please say this again later.')
  }
  return answer(200, 'Thank you.')
}

async function record(hint: Hint): Promise<void> {
  const { ports } = runtime()
  if (hint.kind === 'order') await ports.book.hintOrder(hint.orderId, ports.clock.now())
  if (hint.kind === 'refund') await ports.book.hintRefund(hint.refundId, ports.clock.now())
}

/** The body, bounded whatever its sender says of its size. */
async function readText(request: Request): Promise<string | null> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of (request.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length
    if (size > MAX_WEBHOOK_BYTES) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

function answer(status: number, said: string): Response {
  return Response.json({ said }, { status, headers: { 'cache-control': 'no-store' } })
}
