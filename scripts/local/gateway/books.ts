import { type Event, eventsOf } from './events.ts'
import { Journal } from './journal.ts'
import type { BankStep, Charge, ConfirmationToken, PaymentIntent, Refund } from './objects.ts'
import type { Changes } from './outcome.ts'
import { findTestCard } from './test-cards.ts'

/** What an idempotency key remembers. `at` in milliseconds. */
export type SavedAnswer = { key: string; request: string; status: number; body: unknown; at: number }

/** An event that the webhook endpoint has still to be told of, until it is `over`. `nextAt` in milliseconds; `behind`: after so many others. */
export type Delivery = { event: string; attempts: number; nextAt: number; copies: number; behind: number; over?: boolean }

type Entry = Changes & { readonly answer?: SavedAnswer; readonly deliveries?: readonly Delivery[] }
type Line = Entry & { readonly events?: readonly Event[] }

export type BooksOptions = {
  /** When the endpoint is to be told of an event; null when it is not. */
  readonly plan?: (event: Event, nowMs: number) => Delivery | null
  readonly spareLines?: number
}

const ANSWER_KEPT_MS = 24 * 3600 * 1000
const EVENT_KEPT_MS = 30 * 24 * 3600 * 1000

/** The newest are kept, told or not, used or not. */
const MOST_EVENTS = 20_000
const MOST_TOKENS = 20_000

/** Everything the gateway knows, in its journal and then in memory: nothing is answered, or seen by others, before it is on disk. */
export class Books {
  readonly #now: () => number
  readonly #intents = new Map<string, PaymentIntent>()
  readonly #charges = new Map<string, Charge>()
  readonly #refunds = new Map<string, Refund>()
  readonly #unsettled = new Set<string>()
  readonly #processing = new Set<string>()
  readonly #steps = new Map<string, BankStep>()
  readonly #tokens = new Map<string, ConfirmationToken>()
  readonly #answers = new Map<string, SavedAnswer>()
  readonly #events = new Map<string, Event>()
  readonly #deliveries = new Map<string, Delivery>()
  readonly #plan: NonNullable<BooksOptions['plan']>
  #journal: Journal<Line> | undefined
  /** Called when there is, or may be, something to tell the webhook endpoint. */
  onDue: () => void = () => {}

  private constructor(now: () => number, { plan = () => null }: BooksOptions) {
    this.#now = now
    this.#plan = plan
  }

  static async open(file: string, now: () => number, options: BooksOptions = {}): Promise<Books> {
    const books = new Books(now, options)
    const keeper = { remember: (line: Line) => books.#remember(line), snapshot: () => books.#snapshot() }
    books.#journal = await Journal.open<Line>(file, keeper, options.spareLines)
    return books
  }

  /** Newest first. */
  intents(): PaymentIntent[] {
    return [...this.#intents.values()].reverse()
  }

  charges(): Charge[] {
    return [...this.#charges.values()].reverse()
  }

  refunds(): Refund[] {
    return [...this.#refunds.values()].reverse()
  }

  processingIntents(): PaymentIntent[] {
    return [...this.#processing].flatMap((id) => this.#intents.get(id) ?? [])
  }

  /** Refunds that will not stay as they are: see test-cards.ts. */
  unsettledRefunds(): Refund[] {
    return [...this.#unsettled].flatMap((id) => this.#refunds.get(id) ?? [])
  }

  events(): Event[] {
    return [...this.#events.keys()].reverse().flatMap((id) => this.event(id) ?? [])
  }

  event(id: string): Event | undefined {
    const event = this.#events.get(id)
    return event && { ...event, pending_webhooks: this.#deliveries.has(id) ? 1 : 0 }
  }

  /** What the webhook endpoint has still to be told of. */
  deliveries(): Iterable<Delivery> {
    return this.#deliveries.values()
  }

  intent(id: string): PaymentIntent | undefined {
    return this.#intents.get(id)
  }

  charge(id: string): Charge | undefined {
    return this.#charges.get(id)
  }

  refund(id: string): Refund | undefined {
    return this.#refunds.get(id)
  }

  /** The last step that the intent's customer was sent to. */
  step(intentId: string): BankStep | undefined {
    return this.#steps.get(intentId)
  }

  /** A confirmation token of the last day. */
  token(id: string): ConfirmationToken | undefined {
    return this.#tokens.get(id)
  }

  /** What was answered under this key within the last day. */
  answer(key: string): SavedAnswer | undefined {
    this.#forgetAnswers()
    return this.#answers.get(key)
  }

  /** Keeps what changed, the events of it and what is going to be answered, together or not at all. */
  async write(entry: Entry): Promise<void> {
    const now = this.#now()
    const events = eventsOf(this, entry, now)
    const planned = events.flatMap((event) => this.#plan(event, now) ?? [])
    const deliveries = [...(entry.deliveries ?? []), ...planned]
    await this.#journal?.append({ ...entry, ...(events.length > 0 ? { events } : {}), ...(deliveries.length > 0 ? { deliveries } : {}) })
    if (planned.length > 0) this.onDue()
  }

  /** What waits for others to arrive before it waits no more. */
  async releaseDeliveries(): Promise<void> {
    const held = [...this.#deliveries.values()].filter(({ behind }) => behind > 0)
    if (held.length === 0) return
    await this.write({ deliveries: held.map((delivery) => ({ ...delivery, behind: 0 })) })
    this.onDue()
  }

  async close(): Promise<void> {
    await this.#journal?.close()
  }

  #remember({ intents = [], charges = [], refunds = [], steps = [], tokens = [], events = [], deliveries = [], answer }: Line): void {
    for (const intent of intents) {
      this.#intents.set(intent.id, intent)
      if (intent.status === 'processing') this.#processing.add(intent.id)
      else this.#processing.delete(intent.id)
    }
    for (const charge of charges) this.#charges.set(charge.id, charge)
    for (const refund of refunds) {
      this.#refunds.set(refund.id, refund)
      const fate = findTestCard(this.#charges.get(refund.charge)?.payment_method ?? '')?.refunds
      if (fate?.first === refund.status) this.#unsettled.add(refund.id)
      else this.#unsettled.delete(refund.id)
    }
    for (const step of steps) this.#steps.set(step.intentId, step)
    for (const token of tokens) this.#tokens.set(token.id, token)
    this.#forgetTokens()
    for (const event of events) this.#events.set(event.id, event)
    for (const delivery of deliveries) {
      if (delivery.over) this.#deliveries.delete(delivery.event)
      else this.#deliveries.set(delivery.event, delivery)
    }
    this.#forgetEvents()
    if (!answer) return
    this.#answers.delete(answer.key)
    this.#answers.set(answer.key, answer)
  }

  *#snapshot(): Generator<Line> {
    this.#forgetAnswers()
    for (const intent of this.#intents.values()) yield { intents: [intent] }
    for (const charge of this.#charges.values()) yield { charges: [charge] }
    for (const refund of this.#refunds.values()) yield { refunds: [refund] }
    for (const step of this.#steps.values()) yield { steps: [step] }
    for (const token of this.#tokens.values()) yield { tokens: [token] }
    for (const event of this.#events.values()) yield { events: [event] }
    for (const delivery of this.#deliveries.values()) yield { deliveries: [delivery] }
    for (const answer of this.#answers.values()) yield { answer }
  }

  #forgetTokens(): void {
    for (const { id, created } of this.#tokens.values()) {
      if (this.#tokens.size <= MOST_TOKENS && this.#now() - created * 1000 < ANSWER_KEPT_MS) return
      this.#tokens.delete(id)
    }
  }

  #forgetEvents(): void {
    for (const { id, created } of this.#events.values()) {
      if (this.#events.size <= MOST_EVENTS && this.#now() - created * 1000 < EVENT_KEPT_MS) return
      this.#events.delete(id)
      this.#deliveries.delete(id)
    }
  }

  /** The oldest come first, so this looks at no more than it forgets. */
  #forgetAnswers(): void {
    for (const { key, at } of this.#answers.values()) {
      if (this.#now() - at < ANSWER_KEPT_MS) return
      this.#answers.delete(key)
    }
  }
}
