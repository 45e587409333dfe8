import { Cluster, Redis } from 'ioredis'
import pg from 'pg'

/**
 * The invariants of docs/guides/architecture.md, read off the servers themselves. Shares no code with the engine: its own SQL, its own
 * spelling of core's keys, the gateway's own books. Call it at rest, once nothing is on its way.
 */
export async function findViolations(servers: {
  databaseUrl: string
  coreUrl: string
  gatewayUrl: string
  gatewayKey: string
}): Promise<string[]> {
  const db = new pg.Client({ connectionString: servers.databaseUrl, connectionTimeoutMillis: 5000, query_timeout: 5000 })
  const core = toCore(servers.coreUrl)
  // A server that goes away meanwhile fails the question at hand; that is enough.
  db.on('error', () => {})
  core.on('error', () => {})
  try {
    await db.connect()
    await core.connect()
    const books = await readBooks(servers.gatewayUrl, servers.gatewayKey)
    return [
      ...(await neverOversold(db)),
      ...(await movementsAddUp(db)),
      ...(await coreAgrees(db, core)),
      ...(await coreShowsWhatIs(db, core)),
      ...(await nothingWaits(db, core)),
      ...(await paidMeansSold(db, books)),
    ]
  } finally {
    core.disconnect()
    await db.end().catch(() => {})
  }
}

/** Several addresses are nodes of one cluster. */
function toCore(url: string): Redis | Cluster {
  const addresses = url.split(',')
  const [first = ''] = addresses
  const once = { connectTimeout: 5000, commandTimeout: 5000, maxRetriesPerRequest: 0 }
  if (addresses.length === 1) return new Redis(first, { ...once, lazyConnect: true, retryStrategy: null })
  const redisOptions = { ...once, password: decodeURIComponent(new URL(first).password) }
  return new Cluster(addresses, { redisOptions, lazyConnect: true, clusterRetryStrategy: () => null })
}

async function neverOversold(db: pg.Client): Promise<string[]> {
  const { rows } = await db.query(`
    SELECT s.sku, s.on_hand, s.allocated, coalesce(sum(l.quantity) FILTER (WHERE o.id IS NOT NULL), 0)::int AS held
    FROM stock s
    LEFT JOIN order_lines l ON l.sku = s.sku
    LEFT JOIN orders o ON o.id = l.order_id AND o.state IN ('ALLOCATED', 'PAYING', 'DECLINED', 'CONFIRMED')
    GROUP BY s.sku
    HAVING s.allocated < 0 OR s.allocated > s.on_hand
      OR s.allocated <> coalesce(sum(l.quantity) FILTER (WHERE o.id IS NOT NULL), 0)`)
  return rows.map((row) => `never oversell: ${row.sku} has ${row.on_hand} on hand, ${row.allocated} allocated, orders hold ${row.held}`)
}

async function movementsAddUp(db: pg.Client): Promise<string[]> {
  const { rows } = await db.query(`
    SELECT s.sku FROM stock s LEFT JOIN stock_movements m ON m.sku = s.sku
    GROUP BY s.sku
    HAVING s.on_hand <> coalesce(sum(m.on_hand_delta), 0) OR s.allocated <> coalesce(sum(m.allocated_delta), 0)
      OR s.version <> count(m.*) OR s.version <> coalesce(max(m.version), 0)`)
  return rows.map((row) => `movements add up: ${row.sku} does not`)
}

async function coreAgrees(db: pg.Client, core: Redis | Cluster): Promise<string[]> {
  const { rows } = await db.query('SELECT sku, on_hand, allocated, version FROM stock')
  const found: string[] = []
  for (const row of rows) {
    const [available, applied] = await core.hmget(`{inv:0}:stock:${row.sku}`, 'available', 'applied')
    const held = Object.values(await core.hgetall(`{inv:0}:held:${row.sku}`)).reduce((sum, units) => sum + Number(units), 0)
    if (Number(applied) !== row.version) found.push(`core agrees: ${row.sku} is at version ${applied} in core, ${row.version} in Postgres`)
    else if (Number(available) !== row.on_hand - row.allocated - held) {
      found.push(`core agrees: ${row.sku} has ${available} available, ${row.on_hand} − ${row.allocated} − ${held} expected`)
    }
    if (held > 0) found.push(`no leaked reservation: ${held} of ${row.sku} are held by nobody`)
  }
  return found
}

/** An order that core still remembers shows the state that Postgres has; one without a view shows as just received. */
async function coreShowsWhatIs(db: pg.Client, core: Redis | Cluster): Promise<string[]> {
  const { rows } = await db.query('SELECT id::text, state::text, version FROM orders')
  const stored = await Promise.all(rows.map((row) => core.hmget(`{inv:0}:checkout:${row.id}`, 'fingerprint', 'view', 'viewVersion')))
  return rows.flatMap((row, i) => {
    const [fingerprint, view, viewVersion] = stored[i] ?? []
    if (!fingerprint) return []
    const state = view ? JSON.parse(view).state : 'RECEIVED'
    if (state === row.state && Number(viewVersion) === row.version) return []
    return [`core shows what is: order ${row.id} is ${state} (${viewVersion}) in core, ${row.state} (${row.version}) in Postgres`]
  })
}

async function nothingWaits(db: pg.Client, core: Redis | Cluster): Promise<string[]> {
  const { rows: open } = await db.query(
    "SELECT id, state FROM orders WHERE state NOT IN ('CONFIRMED', 'REJECTED', 'CANCELLED', 'DECLINED')",
  )
  const { rows: messages } = await db.query('SELECT topic, subject FROM outbox_messages')
  const waiting = await core.xlen('{inv:0}:orders')
  return [
    ...open.map((row) => `everything ends: order ${row.id} is still ${row.state}`),
    ...messages.map((row) => `everything ends: message ${row.topic} ${row.subject} was not delivered`),
    ...(waiting > 0 ? [`everything ends: ${waiting} records wait for intake`] : []),
  ]
}

type Books = {
  intents: { id: string; status: string; amount_received: number; metadata: Record<string, string> }[]
  charges: { payment_intent: string | null; status: string; amount: number; amount_refunded: number }[]
}

async function paidMeansSold(db: pg.Client, { intents, charges }: Books): Promise<string[]> {
  const { rows: orders } = await db.query('SELECT id::text, state, total_minor, payment_intent_id FROM orders')
  const orderOf = new Map(intents.map((intent) => [intent.id, intent.metadata.orderId]))
  const chargesOf = Map.groupBy(
    charges.filter((charge) => charge.status === 'succeeded'),
    (charge) => orderOf.get(charge.payment_intent ?? ''),
  )
  const found: string[] = []
  for (const order of orders) {
    const paid = chargesOf.get(order.id) ?? []
    const sum = paid.reduce((total, charge) => total + charge.amount - charge.amount_refunded, 0)
    if (paid.length > 1) found.push(`paid means sold: order ${order.id} was charged ${paid.length} times`)
    const due = order.state === 'CONFIRMED' ? order.total_minor : 0
    if (sum !== due) found.push(`paid means sold: order ${order.id} is ${order.state}, ${sum} was captured, ${due} is due`)
  }
  const known = new Set(orders.map((order) => order.id))
  for (const orderId of chargesOf.keys())
    if (!orderId || !known.has(orderId)) found.push(`paid means sold: a charge for no order, ${orderId}`)
  return found
}

async function readBooks(gatewayUrl: string, key: string): Promise<Books> {
  const response = await fetch(new URL('/_local/books', gatewayUrl), { headers: { authorization: `Bearer ${key}` } })
  if (!response.ok) throw new Error(`the gateway's books answered ${response.status}`)
  return (await response.json()) as Books
}
