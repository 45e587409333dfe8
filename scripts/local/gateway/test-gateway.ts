import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import Stripe from 'stripe'
import { type ReadyProcess, spawnReady, stopProcess } from '../../stack/spawn-ready.ts'
import type { FaultRule } from './faults.ts'

export const KEY = 'sk_test_gateway'

/** The SDK sends a request whose connection was closed once more by itself, whatever its retries are set to. */
export const CLOSED_TWICE = 2

/** A gateway of a test's own, as a process, and Stripe's SDK in front of it. */
export class TestGateway {
  readonly folder: string
  #process: ReadyProcess
  #stripe: Stripe

  readonly #options: readonly string[]

  private constructor(folder: string, options: readonly string[], process: ReadyProcess) {
    this.folder = folder
    this.#options = options
    this.#process = process
    this.#stripe = this.client()
  }

  static async start(options: readonly string[] = []): Promise<TestGateway> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'gateway-'))
    return new TestGateway(folder, options, await launch(folder, options))
  }

  get stripe(): Stripe {
    return this.#stripe
  }

  get url(): string {
    return `http://127.0.0.1:${this.#process.match[1]}`
  }

  client(key = KEY): Stripe {
    const port = this.#process.match[1] ?? ''
    return new Stripe(key, { host: '127.0.0.1', port, protocol: 'http', maxNetworkRetries: 0, timeout: 5000 })
  }

  /** Ends without a word and starts anew with the same books. */
  async crash(): Promise<void> {
    await stopProcess(this.#process.child, 'SIGKILL', 1000)
    this.#process = await launch(this.folder, this.#options)
    this.#stripe = this.client()
  }

  local(method: string, name: string, body?: unknown): Promise<Response> {
    return fetch(`${this.url}/_local/${name}`, {
      method,
      headers: { authorization: `Bearer ${KEY}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  }

  async goWrong(rules: Partial<FaultRule>[]): Promise<void> {
    await this.local('POST', 'faults', rules)
  }

  create(key?: string, amount = 1990): Promise<Stripe.Response<Stripe.PaymentIntent>> {
    return this.stripe.paymentIntents.create(
      { amount, currency: 'eur', allowed_payment_method_types: ['card'], metadata: { orderId: 'o1' } },
      key ? { idempotencyKey: key } : {},
    )
  }

  confirm(id: string, card = 'pm_card_visa', key?: string): Promise<Stripe.Response<Stripe.PaymentIntent>> {
    return this.stripe.paymentIntents.confirm(id, { payment_method: card }, key ? { idempotencyKey: key } : {})
  }

  /** An intent that is paid. */
  async pay(card = 'pm_card_visa', amount = 1990): Promise<Stripe.PaymentIntent> {
    return this.confirm((await this.create(undefined, amount)).id, card)
  }

  async charges(): Promise<Stripe.Charge[]> {
    return (await this.stripe.charges.list({ limit: 100 })).data
  }

  async successes(): Promise<Stripe.Charge[]> {
    return (await this.charges()).filter((charge) => charge.status === 'succeeded')
  }

  async stop(): Promise<void> {
    await stopProcess(this.#process.child, 'SIGTERM', 5000)
    await rm(this.folder, { recursive: true })
  }
}

function launch(folder: string, options: readonly string[]): Promise<ReadyProcess> {
  const args = ['scripts/local/gateway/main.ts', '--port', '0', '--data', path.join(folder, 'journal'), '--key', KEY, ...options]
  return spawnReady(process.execPath, args, { ready: /listening on http:\/\/127\.0\.0\.1:(\d+)/, timeoutMs: 10_000 })
}
