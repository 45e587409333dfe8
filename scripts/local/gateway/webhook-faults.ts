import { z } from 'zod'
import type { Delivery } from './books.ts'
import { type Event, TOLD } from './events.ts'

/** What goes wrong with webhooks on demand. The first rule that matches an event is used, and used up after `times`. */
export const webhookRules = z
  .array(
    z.strictObject({
      type: z.string().max(100).optional(),
      times: z.int().positive().optional(),
      /** Never sent. */
      missing: z.literal(true).optional(),
      /** Sent this many times. */
      copies: z.int().min(2).max(20).optional(),
      /** Sent this much later. */
      delayMs: z.int().min(0).max(600_000).optional(),
      /** Sent only after so many later ones have arrived. */
      behind: z.int().min(1).max(100).optional(),
    }),
  )
  .max(100)

type WebhookRule = z.infer<typeof webhookRules>[number]

export class WebhookFaults {
  #rules: WebhookRule[] = []

  set(rules: WebhookRule[]): void {
    this.#rules = rules
  }

  /** When and how the endpoint is told of an event; null when it is not. */
  plan(event: Event, nowMs: number): Delivery | null {
    if (!TOLD.has(event.type)) return null
    const { missing, copies = 1, delayMs = 0, behind = 0 } = this.#take(event.type) ?? {}
    return missing ? null : { event: event.id, attempts: 0, nextAt: nowMs + delayMs, copies, behind }
  }

  #take(type: string): WebhookRule | undefined {
    const rule = this.#rules.find((one) => one.type === undefined || one.type === type)
    if (rule?.times !== undefined) {
      rule.times -= 1
      if (rule.times === 0) this.#rules = this.#rules.filter((other) => other !== rule)
    }
    return rule
  }
}
