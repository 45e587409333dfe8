import { randomUUID } from 'node:crypto'
import { stripeGateway } from '#/server/payments/stripe-gateway.ts'
import { serve } from './child.ts'

/** What the gateway is asked for an order, a create and a confirm, and nothing around it. */
async function payFor({ url, key, clients, seconds }: { url: string; key: string; clients: number; seconds: number }) {
  const gateway = stripeGateway(key, url)
  const startedAt = performance.now()
  let paid = 0
  const client = async () => {
    while (performance.now() - startedAt < seconds * 1000) {
      const orderId = randomUUID()
      const created = await gateway.createIntent({ orderId, amountMinor: 2000, currency: 'EUR', idempotencyKey: `${orderId}-intent` })
      if (!created.ok) throw new Error(created.code)
      const payment = { paymentMethod: 'pm_card_visa', returnUrl: 'http://shop.test/', idempotencyKey: `${orderId}-confirm` }
      const confirmed = await gateway.confirm(created.value.intentId, payment)
      if (!confirmed.ok) throw new Error(confirmed.code)
      paid += 1
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  return { perSecond: paid / ((performance.now() - startedAt) / 1000) }
}

export const handlers = { payFor }

serve(handlers)
