import CircuitBreaker from 'opossum'
import { fail, type Result } from '#/domain/result.ts'
import { log } from '../telemetry/log.ts'
import type { GatewayState } from './gateway-state.ts'
import type { GatewayFailure, PaymentGateway } from './payment-gateway.ts'

export type GuardOptions = {
  /** How long the gateway is left alone before it is tried again. */
  readonly restMs: number
  /** Calls within `windowMs` before it is judged at all. */
  readonly leastCalls: number
  readonly windowMs: number
}

const OPTIONS: GuardOptions = { restMs: 5000, leastCalls: 8, windowMs: 10_000 }

/** Of the calls in the window, so many percent without an answer are enough. */
const UNKNOWN_PERCENT = 50

/** What is said of the gateway outlasts a rest and the trial after it, which may take its whole timeout. */
const SAID_FOR_RESTS = 4

type Call = () => Promise<Result<unknown, GatewayFailure>>

/** No answer, as the breaker wants to hear of it. */
class NoAnswer extends Error {}

/**
 * A gateway that is left alone while it does not answer, so that a dead one does not keep every worker waiting for its timeouts: calls are
 * answered at once with `GATEWAY_AWAY`, nothing sent. After a rest one call is let through; any answer to it, a refusal too, ends it.
 */
export function guardedGateway(gateway: PaymentGateway, state: GatewayState, options: Partial<GuardOptions> = {}): PaymentGateway {
  const { restMs, leastCalls, windowMs } = { ...OPTIONS, ...options }
  const breaker = new CircuitBreaker(ask, {
    timeout: false, // each call has its own
    resetTimeout: restMs,
    rollingCountTimeout: windowMs,
    volumeThreshold: leastCalls,
    errorThresholdPercentage: UNKNOWN_PERCENT,
  })
  breaker.on('open', () => {
    log.error({ restMs }, 'the payment gateway does not answer and is left alone')
    void state.away(SAID_FOR_RESTS * restMs)
  })
  breaker.on('close', () => {
    log.info('the payment gateway answers again')
    void state.back()
  })
  // Any answer will do, and there may be nobody else who asks.
  breaker.on('halfOpen', () => void guard(() => gateway.retrieve('pi_is_anybody_there')))

  async function guard<T>(call: () => Promise<Result<T, GatewayFailure>>): Promise<Result<T, GatewayFailure>> {
    try {
      return (await breaker.fire(call)) as Result<T, GatewayFailure>
    } catch (error) {
      if (error instanceof NoAnswer) return fail('GATEWAY_UNKNOWN')
      if ((error as { code?: unknown }).code === 'EOPENBREAKER') return fail('GATEWAY_AWAY')
      throw error
    }
  }

  return {
    createIntent: (order) => guard(() => gateway.createIntent(order)),
    confirm: (intentId, payment) => guard(() => gateway.confirm(intentId, payment)),
    retrieve: (intentId) => guard(() => gateway.retrieve(intentId)),
    cancel: (intentId) => guard(() => gateway.cancel(intentId)),
    refund: (intentId, refund) => guard(() => gateway.refund(intentId, refund)),
    findRefund: (intentId, refundId) => guard(() => gateway.findRefund(intentId, refundId)),
  }
}

async function ask(call: Call): Promise<Result<unknown, GatewayFailure>> {
  const answer = await call()
  if (!answer.ok && answer.code === 'GATEWAY_UNKNOWN') throw new NoAnswer()
  return answer
}
