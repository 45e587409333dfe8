import { createHmac } from 'node:crypto'
import type { Books, Delivery } from './books.ts'
import type { Event } from './events.ts'

export type Endpoint = { readonly url: string; readonly secret: string }

const MOST_AT_ONCE = 16
const ANSWER_TIMEOUT_MS = 10_000
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 3600_000

/** As Stripe does. Source: https://docs.stripe.com/webhooks#automatic-retries */
const GIVE_UP_AFTER_MS = 3 * 24 * 3600_000

/** Tells an endpoint of events, each until it answers with a 2xx, in no promised order. What is still to be told survives a crash. */
export class Webhooks {
  readonly #books: Books
  readonly #now: () => number
  readonly #endpoint: Endpoint
  readonly #underWay = new Map<string, Promise<void>>()
  #timer: NodeJS.Timeout | undefined
  #stopped = false

  constructor(books: Books, now: () => number, endpoint: Endpoint) {
    this.#books = books
    this.#now = now
    this.#endpoint = endpoint
    books.onDue = () => this.#look()
    this.#look()
  }

  /** Waits for what is on its way. */
  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await Promise.all(this.#underWay.values())
  }

  /** Sends what is due, and looks again when the next one will be. */
  #look(): void {
    clearTimeout(this.#timer)
    if (this.#stopped) return
    let next = Number.POSITIVE_INFINITY
    for (const delivery of this.#books.deliveries()) {
      if (this.#underWay.size >= MOST_AT_ONCE) return // the next that arrives looks again
      if (delivery.behind > 0 || this.#underWay.has(delivery.event)) continue
      if (delivery.nextAt > this.#now()) next = Math.min(next, delivery.nextAt)
      else this.#send(delivery)
    }
    if (next < Number.POSITIVE_INFINITY) this.#timer = setTimeout(() => this.#look(), Math.max(1, next - this.#now()))
  }

  #send(delivery: Delivery): void {
    const sending = this.#deliver(delivery)
      .catch(console.error)
      .finally(() => {
        this.#underWay.delete(delivery.event)
        this.#look()
      })
    this.#underWay.set(delivery.event, sending)
  }

  async #deliver(delivery: Delivery): Promise<void> {
    const event = this.#books.event(delivery.event)
    const arrived = !event || (await this.#post(event, delivery.copies))
    const attempts = delivery.attempts + 1
    const nextAt = this.#now() + pauseAfter(attempts)
    const over = arrived || nextAt > (event?.created ?? 0) * 1000 + GIVE_UP_AFTER_MS
    await this.#books.write({ deliveries: [{ ...delivery, attempts, nextAt, over }, ...(arrived ? this.#heldBack() : [])] })
  }

  /** Those that wait for others to arrive before them: one less. */
  #heldBack(): Delivery[] {
    return [...this.#books.deliveries()].filter(({ behind }) => behind > 0).map((held) => ({ ...held, behind: held.behind - 1 }))
  }

  /** All copies at once. Resolves to whether each was taken. */
  async #post(event: Event, copies: number): Promise<boolean> {
    const payload = JSON.stringify(event, null, 2)
    const sent = await Promise.allSettled(
      Array.from({ length: copies }, async () => {
        const response = await fetch(this.#endpoint.url, {
          method: 'POST',
          headers: {
            'content-type': 'application/json; charset=utf-8',
            'stripe-signature': sign(payload, this.#endpoint.secret, this.#now()),
          },
          body: payload,
          redirect: 'manual',
          signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
        })
        await response.arrayBuffer()
        return response.ok
      }),
    )
    return sent.every((one) => one.status === 'fulfilled' && one.value)
  }
}

/** Source: https://docs.stripe.com/webhooks#verify-manually */
export function sign(payload: string, secret: string, nowMs: number): string {
  const t = Math.floor(nowMs / 1000)
  return `t=${t},v1=${createHmac('sha256', secret).update(`${t}.${payload}`).digest('hex')}`
}

function pauseAfter(attempts: number): number {
  const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempts - 1))
  return pause / 2 + Math.random() * (pause / 2)
}
