import type { AddressInfo } from 'node:net'
import { parseArgs } from 'node:util'
import { Books } from './books.ts'
import { gatewayServer, newGateway } from './gateway-server.ts'
import { settleRefunds } from './settle-refunds.ts'

/** How often it is looked what is due, and how long a refund takes that does not stay as it was. */
const LOOK_MS = 1000
const REFUND_TAKES_MS = 60_000

/**
 * A payment gateway for one machine: a small server that speaks the part of Stripe's wire that the shop needs, keeps its own books, and
 * goes wrong on demand. No card exists and no money moves.
 */
const { values } = parseArgs({
  options: { port: { type: 'string', default: '0' }, data: { type: 'string' }, key: { type: 'string' } },
})
if (!values.data || !values.key) {
  console.error('usage: node scripts/local/gateway/main.ts --port N --data FILE --key sk_test_…')
  process.exit(2)
}

const books = await Books.open(values.data, Date.now)
const gateway = newGateway(books, values.key, Date.now)
const server = gatewayServer(gateway)
server.listen(Number(values.port), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
const looking = setInterval(() => void settleRefunds(gateway, REFUND_TAKES_MS).catch(console.error), LOOK_MS)

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    clearInterval(looking)
    server.close(() => void books.close().then(() => process.exit(0)))
    server.closeIdleConnections()
  })
}
