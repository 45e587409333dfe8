import type { AddressInfo } from 'node:net'
import { parseArgs } from 'node:util'
import { Books } from './books.ts'
import { gatewayServer, newGateway } from './gateway-server.ts'
import { settlePayments, settleRefunds } from './settle-later.ts'
import { WebhookFaults } from './webhook-faults.ts'
import { Webhooks } from './webhooks.ts'

/** How often it is looked what is due, and how long what does not stay as it was does so. */
const LOOK_MS = 1000
const LATER_MS = 60_000

/**
 * A payment gateway for one machine: a small server that speaks the part of Stripe's wire that the shop needs, keeps its own books, and
 * goes wrong on demand. No card exists and no money moves.
 */
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    data: { type: 'string' },
    key: { type: 'string' },
    'webhook-url': { type: 'string' },
    'webhook-secret': { type: 'string' },
  },
})
const { port, data, key, 'webhook-url': url, 'webhook-secret': secret } = values
if (!data || !key || (url === undefined) !== (secret === undefined)) {
  console.error(
    'usage: node scripts/local/gateway/main.ts --port N --data FILE --key sk_test_… [--webhook-url URL --webhook-secret whsec_…]',
  )
  process.exit(2)
}

const webhookFaults = new WebhookFaults()
const plan = url ? webhookFaults.plan.bind(webhookFaults) : () => null
const books = await Books.open(data, Date.now, { plan })
const gateway = newGateway(books, key, Date.now)
const server = gatewayServer(gateway, webhookFaults)
server.listen(Number(port), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
const webhooks = url && secret ? new Webhooks(books, Date.now, { url, secret }) : null
const looking = setInterval(() => {
  void settleRefunds(gateway, LATER_MS).catch(console.error)
  void settlePayments(gateway, LATER_MS).catch(console.error)
}, LOOK_MS)

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    clearInterval(looking)
    server.close(async () => {
      await webhooks?.stop()
      await books.close()
      process.exit(0)
    })
    server.closeIdleConnections()
  })
}
