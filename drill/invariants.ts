import { createHash } from 'node:crypto'
import { Redis } from 'ioredis'
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
  const core = new Redis(servers.coreUrl, {
    lazyConnect: true,
    connectTimeout: 5000,
    commandTimeout: 5000,
    maxRetriesPerRequest: 0,
    retryStrategy: null,
  })
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
      ...(await allowancesAddUp(db, core)),
      ...(await coreShowsWhatIs(db, core)),
      ...(await nothingWaits(db, core)),
      ...(await paidMeansSold(db, books)),
    ]
  } finally {
    core.disconnect()
    await db.end().catch(() => {})
  }
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

async function coreAgrees(db: pg.Client, core: Redis): Promise<string[]> {
  const { rows } = await db.query('SELECT sku, on_hand, allocated, version FROM stock')
  const found: string[] = []
  for (const row of rows) {
    const [available, applied] = await core.hmget(`${tagOf(row.sku.split('-')[0])}:stock:${row.sku}`, 'available', 'applied')
    const held = Object.values(await core.hgetall(`${tagOf(row.sku.split('-')[0])}:held:${row.sku}`)).reduce(
      (sum, units) => sum + Number(units),
      0,
    )
    if (Number(applied) !== row.version) found.push(`core agrees: ${row.sku} is at version ${applied} in core, ${row.version} in Postgres`)
    else if (Number(available) !== row.on_hand - row.allocated - held) {
      found.push(`core agrees: ${row.sku} has ${available} available, ${row.on_hand} − ${row.allocated} − ${held} expected`)
    }
    if (held > 0) found.push(`no leaked reservation: ${held} of ${row.sku} are held by nobody`)
  }
  return found
}

/** What codes and customers used is what orders that were not refused or cancelled used, in Postgres and in core. */
async function allowancesAddUp(db: pg.Client, core: Redis): Promise<string[]> {
  const { rows: orders } = await db.query(`
    SELECT lower(o.email) AS email, o.code, c.max_uses, c.max_uses_per_customer,
      jsonb_agg(jsonb_build_array(l.sku, l.quantity) ) FILTER (WHERE f.limit_per_customer IS NOT NULL) AS limited
    FROM orders o
    JOIN order_lines l ON l.order_id = o.id
    JOIN offers f ON f.sku = l.sku AND f.version = l.offer_version
    LEFT JOIN discount_code_versions c ON c.code = o.code AND c.version = o.code_version
    WHERE o.state NOT IN ('REJECTED', 'CANCELLED')
    GROUP BY o.id, c.code, c.version`)
  const used = new Map<string, number>()
  const use = (key: string, units: number) => used.set(key, (used.get(key) ?? 0) + units)
  for (const order of orders) {
    const customer = createHash('sha256').update(order.email).digest('base64url').slice(0, 22)
    if (order.max_uses !== null) use(`code:${order.code}`, 1)
    if (order.max_uses_per_customer !== null) use(`code:${order.code}:${customer}`, 1)
    for (const [sku, quantity] of order.limited ?? []) use(`sku:${sku}:${customer}`, quantity)
  }
  const { rows } = await db.query(`
    SELECT a.key, a.used, a.version, coalesce(sum(m.used_delta), 0)::int AS moved, count(m.*)::int AS movements
    FROM allowances a LEFT JOIN allowance_movements m USING (key) GROUP BY a.key`)
  const found = [...used.keys()].filter((key) => !rows.some((row) => row.key === key)).map((key) => `allowances add up: ${key} has no row`)
  for (const { key, used: stands, version, moved, movements } of rows) {
    if (stands !== moved || version !== movements) found.push(`allowances add up: the movements of ${key} do not`)
    if (stands !== (used.get(key) ?? 0)) found.push(`allowances add up: ${key} is ${stands}, orders used ${used.get(key) ?? 0}`)
    const [kind, name] = key.split(':')
    const tag = tagOf(kind === 'sku' ? name.split('-')[0] : name)
    const [available, applied] = await core.hmget(`${tag}:allow:${key}`, 'available', 'applied')
    if (Number(applied) !== version || Number(available) !== -stands) {
      found.push(`core agrees: ${key} is ${available} at version ${applied} in core, −${stands} at ${version} expected`)
    }
    if ((await core.hlen(`${tag}:held:${key}`)) > 0) found.push(`no leaked reservation: ${key} is held by nobody`)
  }
  return found
}

const SHARDS = 8

/** The hash tag of what a product's code, a discount code or a checkout's id names: 32-bit FNV-1a, by the number of shards. */
function tagOf(name: string): string {
  let hash = 2166136261n
  for (const byte of Buffer.from(name)) hash = ((hash ^ BigInt(byte)) * 16777619n) % 2n ** 32n
  return `{inv:${hash % BigInt(SHARDS)}}`
}

/** An order that core still remembers shows the state that Postgres has; one without a view shows as just received. */
async function coreShowsWhatIs(db: pg.Client, core: Redis): Promise<string[]> {
  const { rows } = await db.query('SELECT id::text, state::text, version FROM orders')
  const pipeline = core.pipeline()
  for (const row of rows) pipeline.hmget(`${tagOf(row.id)}:checkout:${row.id}`, 'fingerprint', 'view', 'viewVersion')
  const replies = (await pipeline.exec()) ?? []
  return rows.flatMap((row, i) => {
    const [error, fields] = replies[i] ?? []
    if (error) throw error
    const [fingerprint, view, viewVersion] = fields as (string | null)[]
    if (fingerprint === null) return []
    const state = view ? JSON.parse(view).state : 'RECEIVED'
    if (state === row.state && Number(viewVersion) === row.version) return []
    return [`core shows what is: order ${row.id} is ${state} (${viewVersion}) in core, ${row.state} (${row.version}) in Postgres`]
  })
}

async function nothingWaits(db: pg.Client, core: Redis): Promise<string[]> {
  const { rows: open } = await db.query(
    "SELECT id, state FROM orders WHERE state NOT IN ('CONFIRMED', 'REJECTED', 'CANCELLED', 'DECLINED')",
  )
  const { rows: messages } = await db.query('SELECT topic, subject FROM outbox_messages')
  let [waiting, legs] = [0, 0]
  for (let shard = 0; shard < SHARDS; shard += 1) {
    waiting += await core.xlen(`{inv:${shard}}:orders`)
    legs += await core.zcard(`{inv:${shard}}:legs`)
  }
  return [
    ...open.map((row) => `everything ends: order ${row.id} is still ${row.state}`),
    ...messages.map((row) => `everything ends: message ${row.topic} ${row.subject} was not delivered`),
    ...(waiting > 0 ? [`everything ends: ${waiting} records wait for intake`] : []),
    ...(legs > 0 ? [`no leaked reservation: ${legs} legs were left behind`] : []),
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
