import { createHash } from 'node:crypto'
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
      ...(await allowancesAddUp(db, core)),
      ...(await coreShowsWhatIs(db, core)),
      ...(await nothingWaits(db, core)),
      ...(await paidMeansSold(db, books)),
      ...(await unitsAddUp(db)),
      ...(await refundsAgree(db, books)),
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
    SELECT s.sku, s.on_hand, s.allocated, coalesce(sum(l.held), 0)::int AS held
    FROM stock s LEFT JOIN (
      SELECT sku, CASE
        WHEN state IN ('ALLOCATED', 'PAYING', 'ACTION_REQUIRED', 'DECLINED') THEN quantity
        WHEN state IN ('CONFIRMED', 'FULFILLED', 'REFUNDED') THEN quantity - shipped - dropped
        ELSE 0
      END AS held
      FROM order_lines JOIN orders ON orders.id = order_id
    ) l ON l.sku = s.sku
    GROUP BY s.sku
    HAVING s.allocated < 0 OR s.allocated > s.on_hand OR s.allocated <> coalesce(sum(l.held), 0)`)
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
async function allowancesAddUp(db: pg.Client, core: Redis | Cluster): Promise<string[]> {
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
async function coreShowsWhatIs(db: pg.Client, core: Redis | Cluster): Promise<string[]> {
  const { rows } = await db.query('SELECT id::text, state::text, version FROM orders')
  const stored = await Promise.all(
    rows.map((row) => core.hmget(`${tagOf(row.id)}:checkout:${row.id}`, 'fingerprint', 'view', 'viewVersion')),
  )
  return rows.flatMap((row, i) => {
    const [fingerprint, view, viewVersion] = stored[i] ?? []
    if (!fingerprint) return []
    const state = view ? JSON.parse(view).state : 'RECEIVED'
    if (state === row.state && Number(viewVersion) === row.version) return []
    return [`core shows what is: order ${row.id} is ${state} (${viewVersion}) in core, ${row.state} (${row.version}) in Postgres`]
  })
}

async function nothingWaits(db: pg.Client, core: Redis | Cluster): Promise<string[]> {
  // Those that wait for their shopper do so until a deadline, unless they are being cancelled.
  const { rows: open } = await db.query(`
    SELECT id, state FROM orders WHERE state NOT IN ('REJECTED', 'CONFIRMED', 'FULFILLED', 'REFUNDED', 'CANCELLED')
      AND NOT (state IN ('DECLINED', 'ACTION_REQUIRED') AND hold_until IS NOT NULL AND next_check_at <= hold_until AND cancel_reason IS NULL)`)
  const { rows: refunds } = await db.query("SELECT id FROM refunds WHERE state = 'PENDING'")
  const { rows: messages } = await db.query('SELECT topic, subject FROM outbox_messages')
  let [waiting, legs] = [0, 0]
  for (let shard = 0; shard < SHARDS; shard += 1) {
    waiting += await core.xlen(`{inv:${shard}}:orders`)
    legs += await core.zcard(`{inv:${shard}}:legs`)
  }
  return [
    ...open.map((row) => `everything ends: order ${row.id} is still ${row.state}`),
    ...refunds.map((row) => `everything ends: refund ${row.id} is still pending`),
    ...messages.map((row) => `everything ends: message ${row.topic} ${row.subject} was not delivered`),
    ...(waiting > 0 ? [`everything ends: ${waiting} records wait for intake`] : []),
    ...(legs > 0 ? [`no leaked reservation: ${legs} legs were left behind`] : []),
  ]
}

type Books = {
  intents: { id: string; status: string; amount_received: number; metadata: Record<string, string> }[]
  charges: { payment_intent: string | null; status: string; amount: number; amount_refunded: number }[]
  refunds: { id: string; status: string; amount: number; metadata: Record<string, string> }[]
}

async function paidMeansSold(db: pg.Client, { intents, charges }: Books): Promise<string[]> {
  const { rows: orders } = await db.query('SELECT id::text, state, total_minor, captured_minor, refunded_minor FROM orders')
  const orderOf = new Map(intents.map((intent) => [intent.id, intent.metadata.orderId]))
  const chargesOf = Map.groupBy(
    charges.filter((charge) => charge.status === 'succeeded'),
    (charge) => orderOf.get(charge.payment_intent ?? ''),
  )
  const found: string[] = []
  for (const order of orders) {
    const paid = chargesOf.get(order.id) ?? []
    const captured = paid.reduce((total, charge) => total + charge.amount, 0)
    const refunded = paid.reduce((total, charge) => total + charge.amount_refunded, 0)
    if (paid.length > 1) found.push(`paid means sold: order ${order.id} was charged ${paid.length} times`)
    const due = ['CONFIRMED', 'FULFILLED', 'REFUNDED'].includes(order.state) ? order.total_minor : 0
    // What is paid and not sold goes back, whole.
    if (captured !== due && captured !== due + order.refunded_minor) {
      found.push(`paid means sold: order ${order.id} is ${order.state}, ${captured} was captured, ${due} is due`)
    }
    if (captured !== order.captured_minor || refunded !== order.refunded_minor) {
      const [ours, theirs] = [`${order.captured_minor} and ${order.refunded_minor}`, `${captured} and ${refunded}`]
      found.push(`paid means sold: order ${order.id} captured and refunded ${ours}, the gateway ${theirs}`)
    }
  }
  const known = new Set(orders.map((order) => order.id))
  for (const orderId of chargesOf.keys())
    if (!orderId || !known.has(orderId)) found.push(`paid means sold: a charge for no order, ${orderId}`)
  return found
}

/** Lines agree with the parcels and refunds of their order, and stock moved by exactly what those took and gave. */
async function unitsAddUp(db: pg.Client): Promise<string[]> {
  const { rows: lines } = await db.query(`
    SELECT l.order_id, l.position FROM order_lines l
    LEFT JOIN (
      SELECT order_id, position, sum(quantity) AS units FROM shipment_lines JOIN shipments ON id = shipment_id GROUP BY 1, 2
    ) s USING (order_id, position)
    LEFT JOIN (
      SELECT order_id, position, sum(quantity) AS units FROM refund_lines JOIN refunds ON id = refund_id GROUP BY 1, 2
    ) r USING (order_id, position)
    WHERE l.shipped <> coalesce(s.units, 0) OR l.dropped + l.returned <> coalesce(r.units, 0)`)
  // Of units that are given up those come on hand that are restocked, less those that never left.
  const { rows: moved } = await db.query(`
    SELECT stock.sku FROM stock
    LEFT JOIN (
      SELECT sku, sum(shipped) AS shipped, sum(dropped) AS dropped FROM order_lines GROUP BY sku
    ) l USING (sku)
    LEFT JOIN (
      SELECT sku, sum(r.quantity) AS restocked FROM refund_lines r JOIN refunds ON refunds.id = refund_id
      JOIN order_lines l ON l.order_id = refunds.order_id AND l.position = r.position WHERE restocked GROUP BY sku
    ) r USING (sku)
    LEFT JOIN (
      SELECT sku,
        sum(on_hand_delta) FILTER (WHERE reason = 'ship') AS left_us, sum(allocated_delta) FILTER (WHERE reason = 'ship') AS left_orders,
        sum(on_hand_delta) FILTER (WHERE reason = 'refund') AS came_back, sum(allocated_delta) FILTER (WHERE reason = 'refund') AS freed
      FROM stock_movements GROUP BY sku
    ) m USING (sku)
    WHERE -coalesce(left_us, 0) <> coalesce(shipped, 0) OR -coalesce(left_orders, 0) <> coalesce(shipped, 0)
      OR -coalesce(freed, 0) <> coalesce(dropped, 0)
      OR coalesce(came_back, 0) <> coalesce(restocked, 0) - coalesce(dropped, 0)`)
  return [
    ...lines.map((row) => `units add up: line ${row.position} of order ${row.order_id} disagrees with its parcels or refunds`),
    ...moved.map((row) => `units add up: ${row.sku} did not move by what was shipped and given up`),
  ]
}

/** Each refund that succeeded is one at the gateway, and each one there is ours; orders count those that did not fail. */
async function refundsAgree(db: pg.Client, books: Books): Promise<string[]> {
  const { rows: refunds } = await db.query('SELECT id::text, state, amount_minor FROM refunds WHERE amount_minor > 0')
  const { rows: orders } = await db.query(`
    SELECT o.id FROM orders o LEFT JOIN refunds r ON r.order_id = o.id AND r.state <> 'FAILED'
    GROUP BY o.id HAVING o.refunded_minor <> coalesce(sum(r.amount_minor), 0)`)
  const given = Map.groupBy(
    books.refunds.filter((refund) => refund.status === 'succeeded'),
    (refund) => refund.metadata.refundId,
  )
  const found = orders.map((row) => `refunds agree: order ${row.id} counts other refunds than it has`)
  for (const refund of refunds) {
    const amounts = (given.get(refund.id) ?? []).map(({ amount }) => amount)
    const due = refund.state === 'SUCCEEDED' ? [refund.amount_minor] : []
    if (amounts.join() !== due.join()) found.push(`refunds agree: ${refund.id} is ${refund.state}, the gateway gave back ${amounts.join()}`)
  }
  const known = new Set(refunds.map((refund) => refund.id))
  for (const id of given.keys()) if (!id || !known.has(id)) found.push(`refunds agree: the gateway gave back for no refund, ${id}`)
  return found
}

async function readBooks(gatewayUrl: string, key: string): Promise<Books> {
  const response = await fetch(new URL('/_local/books', gatewayUrl), { headers: { authorization: `Bearer ${key}` } })
  if (!response.ok) throw new Error(`the gateway's books answered ${response.status}`)
  return (await response.json()) as Books
}
