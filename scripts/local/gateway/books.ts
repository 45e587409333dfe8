import { Journal } from './journal.ts'
import type { BankStep, Charge, PaymentIntent, Refund } from './objects.ts'
import type { Changes } from './outcome.ts'
import { findTestCard } from './test-cards.ts'

/** What an idempotency key remembers. `at` in milliseconds. */
export type SavedAnswer = { key: string; request: string; status: number; body: unknown; at: number }

type Entry = Changes & { readonly answer?: SavedAnswer }

const ANSWER_KEPT_MS = 24 * 3600 * 1000

/** Everything the gateway knows, in its journal and then in memory: nothing is answered, or seen by others, before it is on disk. */
export class Books {
  readonly #now: () => number
  readonly #intents = new Map<string, PaymentIntent>()
  readonly #charges = new Map<string, Charge>()
  readonly #refunds = new Map<string, Refund>()
  readonly #unsettled = new Set<string>()
  readonly #steps = new Map<string, BankStep>()
  readonly #answers = new Map<string, SavedAnswer>()
  #journal: Journal<Entry> | undefined

  private constructor(now: () => number) {
    this.#now = now
  }

  static async open(file: string, now: () => number, spareLines?: number): Promise<Books> {
    const books = new Books(now)
    const keeper = { remember: (entry: Entry) => books.#remember(entry), snapshot: () => books.#snapshot() }
    books.#journal = await Journal.open<Entry>(file, keeper, spareLines)
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

  /** Refunds that will not stay as they are: see test-cards.ts. */
  unsettledRefunds(): Refund[] {
    return [...this.#unsettled].flatMap((id) => this.#refunds.get(id) ?? [])
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

  /** What was answered under this key within the last day. */
  answer(key: string): SavedAnswer | undefined {
    this.#forgetAnswers()
    return this.#answers.get(key)
  }

  /** Keeps what changed and what is going to be answered, together or not at all. */
  async write(entry: Entry): Promise<void> {
    await this.#journal?.append(entry)
  }

  async close(): Promise<void> {
    await this.#journal?.close()
  }

  #remember({ intents = [], charges = [], refunds = [], steps = [], answer }: Entry): void {
    for (const intent of intents) this.#intents.set(intent.id, intent)
    for (const charge of charges) this.#charges.set(charge.id, charge)
    for (const refund of refunds) {
      this.#refunds.set(refund.id, refund)
      const fate = findTestCard(this.#charges.get(refund.charge)?.payment_method ?? '')?.refunds
      if (fate?.first === refund.status) this.#unsettled.add(refund.id)
      else this.#unsettled.delete(refund.id)
    }
    for (const step of steps) this.#steps.set(step.intentId, step)
    if (!answer) return
    this.#answers.delete(answer.key)
    this.#answers.set(answer.key, answer)
  }

  *#snapshot(): Generator<Entry> {
    this.#forgetAnswers()
    for (const intent of this.#intents.values()) yield { intents: [intent] }
    for (const charge of this.#charges.values()) yield { charges: [charge] }
    for (const refund of this.#refunds.values()) yield { refunds: [refund] }
    for (const step of this.#steps.values()) yield { steps: [step] }
    for (const answer of this.#answers.values()) yield { answer }
  }

  /** The oldest come first, so this looks at no more than it forgets. */
  #forgetAnswers(): void {
    for (const { key, at } of this.#answers.values()) {
      if (this.#now() - at < ANSWER_KEPT_MS) return
      this.#answers.delete(key)
    }
  }
}
