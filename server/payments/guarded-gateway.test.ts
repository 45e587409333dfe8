import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { eventually } from '#/drill/engine/eventually.ts'
import { KEY, TestGateway } from '#/scripts/local/gateway/test-gateway.ts'
import { startTestStack, type TestStack } from '#/scripts/stack/test-stack.ts'
import { Core } from '../redis/core.ts'
import { gatewayState, isGatewayAway } from './gateway-state.ts'
import { guardedGateway } from './guarded-gateway.ts'
import type { PaymentGateway } from './payment-gateway.ts'
import { stripeGateway } from './stripe-gateway.ts'

const REST_MS = 1000
const LEAST_CALLS = 8

let stack: TestStack
let server: TestGateway
let core: Core
let gateway: PaymentGateway

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
  await eventually('it is back', async () => (await gateway.retrieve('pi_nobody')).ok === false && !(await isGatewayAway(core)))
})

/** A guard of a test's own before the same server. Calls may take long where time is not what a test is about: the machine may be busy. */
function guard(timeoutMs = 10_000): void {
  gateway = guardedGateway(stripeGateway(KEY, server.url, timeoutMs), gatewayState(core), { restMs: REST_MS, leastCalls: LEAST_CALLS })
}

const codes = async (calls: number) => {
  const answers = await Promise.all(Array.from({ length: calls }, () => gateway.retrieve('pi_nobody')))
  return answers.map((answer) => (answer.ok ? 'ok' : answer.code))
}

async function fall(): Promise<void> {
  await server.goWrong([{ status: 503 }])
  expect(await codes(LEAST_CALLS)).toEqual(Array(LEAST_CALLS).fill('GATEWAY_UNKNOWN'))
}

/** Requests that reached the server: the rule is used up by each. */
async function arrivals(during: () => Promise<unknown>): Promise<number> {
  const before = Number((await (await server.local('GET', 'requests')).json()).count)
  await during()
  return Number((await (await server.local('GET', 'requests')).json()).count) - before
}

test('a gateway that does not answer is left alone: calls are told so at once, and nothing is sent', async () => {
  guard()
  await fall()
  const sent = await arrivals(async () => expect(await codes(500)).toEqual(Array(500).fill('GATEWAY_AWAY')))
  expect(sent).toBeLessThanOrEqual(1)
  await eventually('the pages can say so', () => isGatewayAway(core))
})

test('after a rest one call is let through, and while it gets no answer the gateway is left alone again', async () => {
  guard()
  await fall()
  await eventually('said', () => isGatewayAway(core))
  const seen: { sent: number; said: boolean }[] = []
  const trials = await arrivals(() =>
    eventually('sixty bursts', async () => {
      seen.push({ sent: await arrivals(() => codes(20)), said: await isGatewayAway(core) })
      return seen.length >= 60
    }),
  )
  expect(trials).toBeGreaterThanOrEqual(1)
  expect(trials).toBeLessThan(seen.length)
  expect(seen.every(({ sent, said }) => sent <= 1 && said)).toBe(true)
})

test('a gateway that answers again is noticed without anybody’s asking, and the pages stop saying so', async () => {
  guard()
  await fall()
  await eventually('said', () => isGatewayAway(core))
  await server.local('DELETE', 'faults')
  const sent = await arrivals(() => eventually('no longer said', async () => !(await isGatewayAway(core))))
  expect(sent).toBe(1)
  expect(await codes(1)).toEqual(['GATEWAY_REFUSED'])
})

test.each<[string, { delayMs?: number; drop?: 'before' | 'after'; status?: 429 | 500 }]>([
  ['timeouts', { delayMs: 2000 }],
  ['lost replies', { drop: 'after' }],
  ['closed connections', { drop: 'before' }],
  ['errors of its own', { status: 500 }],
  ['refusals to be asked so fast', { status: 429 }],
])('%s are no answers', async (_what, rule) => {
  guard(rule.delayMs === undefined ? undefined : 500)
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
  guard()
  await stack.core.kill()
  try {
    await fall()
    expect(await codes(1)).toEqual(['GATEWAY_AWAY'])
    expect(await isGatewayAway(core)).toBe(false)
  } finally {
    await stack.core.start()
  }
})
