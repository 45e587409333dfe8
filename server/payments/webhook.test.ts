import { expect, test } from 'vitest'
import { sign } from '#/scripts/local/gateway/webhooks.ts'
import { readWebhook } from './webhook.ts'

const OLD = 'whsec_old_0123456789'
const NEW = 'whsec_new_0123456789'
const ORDER = 'b3b1a1a0-0000-4000-8000-000000000001'
const REFUND = 'b3b1a1a0-0000-4000-8000-000000000002'
const NOW = Date.parse('2026-11-25T12:00:00Z')

const payloadOf = (object: unknown) => JSON.stringify({ id: 'evt_1', object: 'event', type: 'any.thing', data: { object } })
const read = (payload: string, secret = NEW, signedAt = NOW, secrets = [NEW, OLD]) =>
  readWebhook(payload, sign(payload, secret, signedAt), secrets, NOW)
const intent = { object: 'payment_intent', status: 'succeeded', metadata: { orderId: ORDER } }

test('a webhook names an order or a refund of ours to look at, and tells nothing else', () => {
  expect(read(payloadOf(intent))).toEqual({ ok: true, value: { kind: 'order', orderId: ORDER } })
  const refund = { object: 'refund', status: 'failed', metadata: { refundId: REFUND, orderId: ORDER } }
  expect(read(payloadOf(refund))).toEqual({ ok: true, value: { kind: 'refund', refundId: REFUND } })
})

test.each([
  ['of an object that is none of ours', payloadOf({ object: 'customer', metadata: { orderId: ORDER } })],
  ['without an id of ours', payloadOf({ object: 'payment_intent', metadata: {} })],
  ['with an id that is none', payloadOf({ object: 'payment_intent', metadata: { orderId: "'; DROP TABLE orders" } })],
  ['without metadata', payloadOf({ object: 'refund' })],
  ['that is no event', '[]'],
  ['that is no JSON', 'hello'],
])('a signed webhook %s hints at nothing', (_what, payload) => {
  expect(read(payload)).toEqual({ ok: true, value: { kind: 'nothing' } })
})

test('while a secret is replaced, both are believed, and a third is not', () => {
  expect(read(payloadOf(intent), OLD)).toMatchObject({ ok: true })
  expect(read(payloadOf(intent), NEW)).toMatchObject({ ok: true })
  expect(read(payloadOf(intent), 'whsec_of_somebody_else')).toMatchObject({ ok: false, code: 'BAD_SIGNATURE' })
  expect(read(payloadOf(intent), NEW, NOW, [])).toMatchObject({ ok: false, code: 'BAD_SIGNATURE' })
})

test('a webhook that somebody overheard is not believed five minutes later', () => {
  expect(read(payloadOf(intent), NEW, NOW - 300_000)).toMatchObject({ ok: true })
  expect(read(payloadOf(intent), NEW, NOW - 301_000)).toMatchObject({ ok: false, code: 'BAD_SIGNATURE' })
})

test('a signature is for one body, and a header that is none is refused', () => {
  const payload = payloadOf(intent)
  const signature = sign(payload, NEW, NOW)
  const forged = payload.replace('0001', '0003')
  expect(readWebhook(forged, signature, [NEW], NOW)).toMatchObject({ ok: false })
  for (const header of ['', 't=1', 'v1=abc', `t=${NOW / 1000},v1=`, `t=${NOW / 1000},v0=${signature.split('v1=')[1]}`, 'é'.repeat(9000)])
    expect(readWebhook(payload, header, [NEW], NOW)).toMatchObject({ ok: false, code: 'BAD_SIGNATURE' })
})
