import pg from 'pg'
import { ALL_SHARDS } from '#/domain/sharding.ts'
import { GatewayDesk } from '#/drill/engine/gateway-desk.ts'
import { findViolations } from '#/drill/invariants.ts'
import { INTAKE_LOCK } from '#/server/orders/take-in.ts'

/** What a shopper never sees of the store at STORE_URL: the gateway's books, the mailbox, the invariants, and intake, which can be held. */
export type Backstage = {
  /** Successful charges of an order, in cents. */
  charges(orderId: string): Promise<number[]>
  /** The text of the mails to somebody about an order, newest first. */
  mails(to: string, orderNumber: string): Promise<string[]>
  /** What is broken or still on its way. */
  violations(): Promise<string[]>
  /** The gateway's back door. */
  readonly desk: GatewayDesk
  /** Orders are received and nobody takes them in, until the function that this returns is called. */
  holdIntake(): Promise<() => Promise<void>>
}

type Books = {
  intents: { id: string; metadata: Record<string, string> }[]
  charges: { payment_intent: string | null; status: string; amount: number }[]
}
type Mail = { id: string; to: string[]; subject: string; text: string }

const TIMEOUT_MS = 10_000

export function backstage(): Backstage {
  const gatewayUrl = setting('STRIPE_API_URL')
  const gatewayKey = setting('STRIPE_SECRET_KEY')
  const databaseUrl = setting('DATABASE_URL')
  return {
    desk: new GatewayDesk({ gateway: { url: gatewayUrl }, env: { STRIPE_SECRET_KEY: gatewayKey } }),
    async charges(orderId) {
      const books = await read<Books>(new URL('/_local/books', gatewayUrl), { authorization: `Bearer ${gatewayKey}` })
      const intents = new Set(books.intents.filter((intent) => intent.metadata.orderId === orderId).map((intent) => intent.id))
      const own = books.charges.filter((charge) => charge.status === 'succeeded' && intents.has(charge.payment_intent ?? ''))
      return own.map((charge) => charge.amount)
    },
    async mails(to, orderNumber) {
      const all = await read<Mail[]>(new URL('/api/messages', setting('MAIL_PAGE_URL')))
      return all.filter((mail) => mail.to.includes(to) && mail.subject.includes(orderNumber)).map((mail) => mail.text)
    },
    violations: () => findViolations({ databaseUrl, coreUrl: setting('CORE_REDIS_URL'), gatewayUrl, gatewayKey }),
    async holdIntake() {
      const client = new pg.Client({ connectionString: databaseUrl })
      await client.connect()
      for (const shard of ALL_SHARDS) await client.query('SELECT pg_advisory_lock($1::int, $2::int)', [INTAKE_LOCK, shard])
      return () => client.end()
    },
  }
}

async function read<T>(url: URL, headers: Record<string, string> = {}): Promise<T> {
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) })
  if (!response.ok) throw new Error(`${url} answered ${response.status}`)
  return (await response.json()) as T
}

export function setting(name: string): string {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set: scripts/test.ts starts the store that these journeys are for`)
  return value
}
