import { z } from 'zod'
import { GatewayError } from './gateway-error.ts'

/** A thing that goes wrong on demand. The first rule that matches a request is used, and used up after `times`. */
export const faultRules = z
  .array(
    z.strictObject({
      match: z.strictObject({ method: z.string().optional(), path: z.string().optional(), operation: z.string().optional() }).default({}),
      times: z.int().positive().optional(),
      delayMs: z.int().min(0).max(60_000).optional(),
      /** The connection is destroyed without a reply, before or after the effect. */
      drop: z.enum(['before', 'after']).optional(),
      status: z.union([z.literal(429), z.literal(500), z.literal(503)]).optional(),
    }),
  )
  .max(100)

export type FaultRule = z.infer<typeof faultRules>[number]

export class Faults {
  #rules: FaultRule[] = []

  set(rules: FaultRule[]): void {
    this.#rules = rules
  }

  /** The rule for this request, counted as used. */
  take(request: { method: string; path: string; operation: string }): FaultRule | null {
    const rule = this.#rules.find(
      ({ match }) =>
        (match.method === undefined || match.method === request.method) &&
        (match.path === undefined || request.path.startsWith(match.path)) &&
        (match.operation === undefined || match.operation === request.operation),
    )
    if (!rule) return null
    if (rule.times !== undefined) {
      rule.times -= 1
      if (rule.times === 0) this.#rules = this.#rules.filter((other) => other !== rule)
    }
    return rule
  }
}

/** A 500 comes from inside the endpoint, so its idempotency key keeps it; 429 and 503 come from before it. */
export function faultError(status: 429 | 500 | 503): GatewayError {
  const type = status === 429 ? 'rate_limit_error' : 'api_error'
  return new GatewayError(status, { type, message: `A fault that was asked for: ${status}.` }, { executed: status === 500 })
}
