import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { eventually } from '#/drill/engine/eventually.ts'
import { KEY, TestGateway } from '#/scripts/local/gateway/test-gateway.ts'
import { startTestStack, type TestStack } from '#/scripts/stack/test-stack.ts'
import { Core } from '../redis/core.ts'
import { type GatewayState, gatewayState, isGatewayAway } from './gateway-state.ts'
import { guardedGateway } from './guarded-gateway.ts'
import type { PaymentGateway } from './payment-gateway.ts'
import { stripeGateway } from './stripe-gateway.ts'

const REST_MS = 1000
/** For what is about the time before a rest is over, however long this machine takes for it. */
const LONG_REST_MS = 3_600_000
const LEAST_CALLS = 8

let stack: TestStack
let server: TestGateway
let core: Core
let gateway: PaymentGateway
let restMs: number
/** What was told to the pages, in that order. */
const told: string[] = []

beforeAll(async () => {
  ;[stack, server] = await Promise.all([startTestStack({ without: ['postgres', 'cache', 'gateway', 'mail'] }), TestGateway.start()])
  core = new Core(stack.core.url, 'test')
})
afterAll(async () => {
  await core.close()
  await Promise.all([stack.stop(), server.stop()])
})
afterEach(async () => {
  await server.local('DELETE', 'faults')
  // What is left of a guard that rests must not ask in the middle of the next test; one with a long rest never does.
  if (restMs === REST_MS) await eventually('it is back', async () => (await codes(1))[0] === 'GATEWAY_REFUSED')
  await gatewayState(core).back()
})

/** A guard of a test's own before the same server. Calls may take long where time is not what a test is about: the machine may be busy. */
function guard({ timeoutMs = 10_000, ...rest }: { timeoutMs?: number; restMs?: number } = {}): void {
  restMs = rest.restMs ?? REST_MS
  const { away, back } = gatewayState(core)
  const state: GatewayState = {
    away: (forMs) => {
      told.push('away')
      return away(forMs)
    },
    back: () => {
      told.push('back')
      return back()
    },
  }
  told.length = 0
  gateway = guardedGateway(stripeGateway(KEY, server.url, timeoutMs), state, { restMs, leastCalls: LEAST_CALLS })
}

const codes = async (calls: number) => {
  const answers = await Promise.all(Array.from({ length: calls }, () => gateway.retrieve('pi_nobody')))
  return answers.map((answer) => (answer.ok ? 'ok' : answer.code))
}

/** Does not answer, for so many requests or until told otherwise. */
async function fall(times?: number): Promise<void> {
  await server.goWrong([{ status: 503, ...(times ? { times } : {}) }])
  expect(await codes(LEAST_CALLS)).toEqual(Array(LEAST_CALLS).fill('GATEWAY_UNKNOWN'))
}

/** Requests that have reached the server. */
async function arrivals(): Promise<number> {
  return Number((await (await server.local('GET', 'requests')).json()).count)
}

test('a gateway that does not answer is left alone: calls are told so at once, and nothing is sent', async () => {
  guard({ restMs: LONG_REST_MS })
  await fall()
  const before = await arrivals()
  expect(await codes(500)).toEqual(Array(500).fill('GATEWAY_AWAY'))
  expect(await arrivals()).toBe(before)
  await eventually('the pages can say so', () => isGatewayAway(core))
})

test('after a rest one call is let through, and while it gets no answer the gateway is left alone again', async () => {
  guard()
  await fall()
  await eventually('said', () => isGatewayAway(core))
  const beganMs = performance.now()
  const before = await arrivals()
  const seen: { codes: string[]; said: boolean }[] = []
  const trials = await eventually('it was tried three times', async () => {
    seen.push({ codes: await codes(20), said: await isGatewayAway(core) })
    const count = (await arrivals()) - before
    return count >= 3 && count
  })
  expect(new Set(seen.flatMap((burst) => burst.codes))).toEqual(new Set(['GATEWAY_AWAY']))
  expect(seen.every(({ said }) => said)).toBe(true)
  // A rest lies between any two of them, however slow the machine is. A timer may be early by a millisecond.
  expect((trials - 1) * (REST_MS - 1)).toBeLessThanOrEqual(performance.now() - beganMs)
})

test('a gateway that answers again is noticed without anybody’s asking, and the pages stop saying so', async () => {
  guard()
  const before = await arrivals()
  await fall(LEAST_CALLS)
  await eventually('no longer said', async () => told.includes('back') && !(await isGatewayAway(core)))
  expect(told).toEqual(['away', 'back'])
  expect((await arrivals()) - before).toBe(LEAST_CALLS + 1)
  expect(await codes(1)).toEqual(['GATEWAY_REFUSED'])
})

test.each<[string, { delayMs?: number; drop?: 'before' | 'after'; status?: 429 | 500 }]>([
  ['timeouts', { delayMs: 2000 }],
  ['lost replies', { drop: 'after' }],
  ['closed connections', { drop: 'before' }],
  ['errors of its own', { status: 500 }],
  ['refusals to be asked so fast', { status: 429 }],
])('%s are no answers', async (_what, rule) => {
  guard({ restMs: LONG_REST_MS, ...(rule.delayMs === undefined ? {} : { timeoutMs: 500 }) })
  await server.goWrong([rule])
  await codes(LEAST_CALLS)
  expect(await codes(1)).toEqual(['GATEWAY_AWAY'])
})

test('refusals and declines are answers, however many', async () => {
  guard()
  expect(await codes(100)).toEqual(Array(100).fill('GATEWAY_REFUSED'))
  const declines = await Promise.all(
    Array.from({ length: 50 }, async (_, n) => {
      const intent = await gateway.createIntent({ orderId: `o${n}`, amountMinor: 1000, currency: 'EUR', idempotencyKey: `d${n}` })
      if (!intent.ok) throw new Error(intent.code)
      const card = { paymentMethod: 'pm_card_chargeDeclined', returnUrl: 'http://shop.test/', idempotencyKey: `c${n}` }
      return gateway.confirm(intent.value.intentId, card)
    }),
  )
  expect(declines.every((answer) => answer.ok && answer.value.kind === 'declined')).toBe(true)
  expect(await isGatewayAway(core)).toBe(false)
})

test('an answer in ten that is missing is no reason to leave it alone', async () => {
  guard()
  for (let round = 0; round < 10; round += 1) {
    await server.goWrong([{ status: 503, times: 1 }])
    expect((await codes(10)).filter((code) => code === 'GATEWAY_UNKNOWN')).toHaveLength(1)
  }
  expect(await codes(1)).toEqual(['GATEWAY_REFUSED'])
})

test('with core away the gateway is guarded all the same', async () => {
  guard({ restMs: LONG_REST_MS })
  await stack.core.kill()
  try {
    await fall()
    expect(await codes(1)).toEqual(['GATEWAY_AWAY'])
    expect(await isGatewayAway(core)).toBe(false)
  } finally {
    await stack.core.start()
  }
})
