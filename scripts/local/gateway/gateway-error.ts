import type { PaymentIntent } from './objects.ts'

export type ErrorType = 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error' | 'rate_limit_error'

export type ErrorBody = {
  type: ErrorType
  message: string
  code?: string
  decline_code?: string
  param?: string
  charge?: string
  payment_intent?: PaymentIntent
}

/**
 * An answer that is an error in Stripe's envelope. `executed` says whether the endpoint had begun: only then does its idempotency key keep
 * the answer. Source: https://docs.stripe.com/api/idempotent_requests
 */
export class GatewayError extends Error {
  readonly status: number
  readonly body: ErrorBody
  readonly executed: boolean

  constructor(status: number, body: ErrorBody, { executed = false } = {}) {
    super(body.message)
    this.status = status
    this.body = body
    this.executed = executed
  }
}

export function invalidRequest(message: string, detail: { code?: string; param?: string } = {}): GatewayError {
  return new GatewayError(400, { type: 'invalid_request_error', message, ...detail })
}

export function missing(what: string, id: string, param = 'id'): GatewayError {
  return new GatewayError(404, { type: 'invalid_request_error', code: 'resource_missing', message: `No such ${what}: '${id}'`, param })
}
