import type { AddressInfo } from 'node:net'
import { parseArgs } from 'node:util'
import { Books } from './books.ts'
import { gatewayServer } from './gateway-server.ts'

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
const server = gatewayServer(books, values.key, Date.now)
server.listen(Number(values.port), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    server.close(() => void books.close().then(() => process.exit(0)))
    server.closeIdleConnections()
  })
}
