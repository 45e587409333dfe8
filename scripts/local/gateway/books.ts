import { Journal } from './journal.ts'
import type { Charge, PaymentIntent } from './objects.ts'

/** What an idempotency key remembers. `at` in milliseconds. */
export type SavedAnswer = { key: string; request: string; status: number; body: unknown; at: number }

type Entry = { intents?: PaymentIntent[]; charges?: Charge[]; answer?: SavedAnswer }

const ANSWER_KEPT_MS = 24 * 3600 * 1000

/** Everything the gateway knows, in memory and in its journal: nothing is answered before it is on disk. */
export class Books {
  readonly #journal: Journal<Entry>
  readonly #now: () => number
  readonly #intents = new Map<string, PaymentIntent>()
  readonly #charges = new Map<string, Charge>()
  readonly #answers = new Map<string, SavedAnswer>()

  private constructor(journal: Journal<Entry>, now: () => number) {
    this.#journal = journal
    this.#now = now
  }

  static async open(file: string, now: () => number): Promise<Books> {
    const { journal, entries } = await Journal.open<Entry>(file)
    const books = new Books(journal, now)
    for (const entry of entries) books.#remember(entry)
    return books
  }

  /** Newest first. */
  intents(): PaymentIntent[] {
    return [...this.#intents.values()].reverse()
  }

  charges(): Charge[] {
    return [...this.#charges.values()].reverse()
  }

  intent(id: string): PaymentIntent | undefined {
    return this.#intents.get(id)
  }

  /** What was answered under this key within the last day. */
  answer(key: string): SavedAnswer | undefined {
    const saved = this.#answers.get(key)
    if (!saved || this.#now() - saved.at < ANSWER_KEPT_MS) return saved
    this.#answers.delete(key)
    return undefined
  }

  /** Keeps what changed and what is going to be answered, together or not at all. */
  async write(entry: Entry): Promise<void> {
    this.#remember(entry)
    await this.#journal.append(entry)
  }

  close(): Promise<void> {
    return this.#journal.close()
  }

  #remember({ intents = [], charges = [], answer }: Entry): void {
    for (const intent of intents) this.#intents.set(intent.id, intent)
    for (const charge of charges) this.#charges.set(charge.id, charge)
    if (answer) this.#answers.set(answer.key, answer)
  }
}
