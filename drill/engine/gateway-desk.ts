import type { TestStack } from '#/scripts/stack/test-stack.ts'

export type GatewayFault = {
  readonly match?: { readonly operation?: string }
  readonly times?: number
  readonly delayMs?: number
  readonly drop?: 'before' | 'after'
  readonly status?: 429 | 500 | 503
}

type Charge = { payment_intent: string; status: 'succeeded' | 'failed' }
type Intent = { id: string; status: string; metadata: { orderId?: string } }

/** The back door of the local gateway: orders faults, reads the books. */
export class GatewayDesk {
  readonly #url: string
  readonly #key: string

  constructor({ gateway, env }: Pick<TestStack, 'gateway' | 'env'>) {
    this.#url = gateway.url
    this.#key = env.STRIPE_SECRET_KEY ?? ''
  }

  async goWrong(...faults: GatewayFault[]): Promise<void> {
    await this.#ask('POST', 'faults', faults)
  }

  async workAgain(): Promise<void> {
    await this.#ask('DELETE', 'faults')
  }

  /** How often an order was charged with success, and what became of its intents. */
  async accountOf(orderId: string): Promise<{ charges: number; intents: string[] }> {
    const { intents, charges } = (await this.#ask('GET', 'books')) as { intents: Intent[]; charges: Charge[] }
    const own = intents.filter((intent) => intent.metadata.orderId === orderId)
    const ids = new Set(own.map((intent) => intent.id))
    return {
      charges: charges.filter((charge) => charge.status === 'succeeded' && ids.has(charge.payment_intent)).length,
      intents: own.map((intent) => intent.status),
    }
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
