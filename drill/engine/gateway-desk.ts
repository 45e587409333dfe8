import type { TestStack } from '#/scripts/stack/test-stack.ts'

export type GatewayFault = {
  readonly match?: { readonly operation?: string }
  readonly times?: number
  readonly delayMs?: number
  readonly drop?: 'before' | 'after'
  readonly status?: 429 | 500 | 503
}

/** What can go wrong with each of these operations, in words, for a test that goes through all of it. */
export function faultsOf(resource: 'payment_intents' | 'refunds', operations: readonly string[]): [what: string, fault: GatewayFault][] {
  return operations.flatMap((operation) => {
    const match = { operation: `${resource}.${operation}` }
    return [
      [`a reply to ${operation} dropped before the effect`, { match, drop: 'before' }],
      [`a reply to ${operation} dropped after the effect`, { match, drop: 'after' }],
      [`a 500 to ${operation}`, { match, status: 500 }],
      [`a 429 to ${operation}`, { match, status: 429 }],
      [`a 503 to ${operation}`, { match, status: 503 }],
    ] satisfies [string, GatewayFault][]
  })
}

/** What goes wrong with webhooks: never sent, sent so many times, so much later, or only after so many later ones. */
export type WebhookFault = {
  readonly type?: string
  readonly times?: number
  readonly missing?: true
  readonly copies?: number
  readonly delayMs?: number
  readonly behind?: number
}

type Charge = { payment_intent: string; status: 'succeeded' | 'failed'; amount_captured: number; amount_refunded: number }
type Intent = {
  id: string
  status: string
  metadata: { orderId?: string }
  next_action: { redirect_to_url?: { url: string } } | null
}
export type BookedRefund = {
  id: string
  payment_intent: string
  amount: number
  status: 'pending' | 'succeeded' | 'failed'
  metadata: { refundId?: string }
}
type Books = { intents: Intent[]; charges: Charge[]; refunds: BookedRefund[] }

/** The back door of the local gateway: orders faults, reads the books, goes to the bank, lets time pass for refunds. */
export class GatewayDesk {
  readonly #url: string
  readonly #key: string

  constructor({ gateway, env }: { gateway: { url: string }; env: TestStack['env'] }) {
    this.#url = gateway.url
    this.#key = env.STRIPE_SECRET_KEY ?? ''
  }

  async goWrong(...faults: GatewayFault[]): Promise<void> {
    await this.#ask('POST', 'faults', faults)
  }

  async webhooksGoWrong(...faults: WebhookFault[]): Promise<void> {
    await this.#ask('POST', 'webhook-faults', faults)
  }

  /** What banks that take their time (`pm_local_processing`, `pm_local_processingDeclined`) say in the end they say now. */
  async settlePayments(): Promise<void> {
    await this.#ask('POST', 'payments/settle')
  }

  /** No more faults, and webhooks that waited for others are let go. */
  async workAgain(): Promise<void> {
    await this.#ask('DELETE', 'faults')
  }

  /** How often an order was charged with success, and what became of its intents. */
  async accountOf(orderId: string): Promise<{ charges: number; intents: string[] }> {
    const { intents, charges } = await this.#booksOf(orderId)
    return {
      charges: charges.filter((charge) => charge.status === 'succeeded').length,
      intents: intents.map((intent) => intent.status),
    }
  }

  /** Cents that were taken for an order, and that went back of them. */
  async moneyOf(orderId: string): Promise<{ capturedMinor: number; refundedMinor: number }> {
    const { charges } = await this.#booksOf(orderId)
    return {
      capturedMinor: charges.reduce((sum, charge) => sum + charge.amount_captured, 0),
      refundedMinor: charges.reduce((sum, charge) => sum + charge.amount_refunded, 0),
    }
  }

  /** An order's refunds, newest first. */
  async refundsOf(orderId: string): Promise<BookedRefund[]> {
    return (await this.#booksOf(orderId)).refunds
  }

  /** What becomes of refunds a while later (`pm_card_pendingRefund`, `pm_card_refundFail`) becomes of them now. */
  async settleRefunds(): Promise<void> {
    await this.#ask('POST', 'refunds/settle')
  }

  /** The page where an order's bank waits for its customer. Throws where it waits for nobody. */
  async bankUrl(orderId: string): Promise<string> {
    const { intents } = await this.#booksOf(orderId)
    const url = intents.map((intent) => intent.next_action?.redirect_to_url?.url).find(Boolean)
    if (!url) throw new Error(`no bank waits for the customer of order ${orderId}`)
    return url
  }

  /** Takes, or refuses, the step at an order's bank. Returns where the customer is sent back to. */
  async answerBank(orderId: string, answer: 'confirm' | 'refuse'): Promise<string> {
    return answerBank(await this.bankUrl(orderId), answer)
  }

  async #booksOf(orderId: string): Promise<Books> {
    const books = (await this.#ask('GET', 'books')) as Books
    const intents = books.intents.filter((intent) => intent.metadata.orderId === orderId)
    const ids = new Set(intents.map((intent) => intent.id))
    const isOwn = ({ payment_intent }: { payment_intent: string }) => ids.has(payment_intent)
    return { intents, charges: books.charges.filter(isOwn), refunds: books.refunds.filter(isOwn) }
  }

  async #ask(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(new URL(`/_local/${path}`, this.#url), {
      method,
      headers: { authorization: `Bearer ${this.#key}` },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    if (!response.ok) throw new Error(`the gateway's desk answered ${response.status}: ${await response.text()}`)
    return response.json()
  }
}

/** Posts what the buttons of the bank's page post. Returns where the customer is sent back to. */
export async function answerBank(url: string, answer: 'confirm' | 'refuse'): Promise<string> {
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams({ answer }), redirect: 'manual' })
  const back = response.headers.get('location')
  if (response.status !== 303 || !back) throw new Error(`the bank answered ${response.status}: ${await response.text()}`)
  return back
}
