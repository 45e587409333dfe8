import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FAILING_REFUND_CARD, merchantHands } from '#/drill/engine/merchant-hands.ts'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import { type Mailer, smtpMailer } from '#/server/notifications/mailer.ts'
import { sendMail } from './notifications.ts'

type Message = { subject: string; text: string; html: string; messageId: string }

let engine: TestEngine
let merchant: ReturnType<typeof merchantHands>
let mailer: Mailer

beforeAll(async () => {
  engine = await startTestEngine()
  Object.assign(process.env, engine.stack.env)
  merchant = merchantHands(engine)
  mailer = smtpMailer()
})
afterAll(async () => {
  mailer.close()
  await engine.stop()
})

async function inbox(orderId: string): Promise<Message[]> {
  const list = (await (await fetch(`${engine.stack.mail.page}/api/messages`)).json()) as { id: string; messageId: string }[]
  const own = list.filter((message) => message.messageId.includes(orderId))
  return Promise.all(own.map(async ({ id }) => (await fetch(`${engine.stack.mail.page}/api/messages/${id}`)).json() as Promise<Message>))
}

test('each parcel and each refund has a mail of its own, once, with what is in it', async () => {
  const orderId = await merchant.paid([3, 2])
  const [first, second, refundId] = [randomUUID(), randomUUID(), randomUUID()]
  await merchant.ship(orderId, [{ position: 0, quantity: 2 }], first)
  await merchant.ship(orderId, [{ position: 1, quantity: 1 }], second)
  await merchant.refund(orderId, { kind: 'amount', amountMinor: 12_34 }, { refundId })
  await engine.rest()
  const send = sendMail(engine, mailer)
  for (const kind of [`shipped/${first}`, `shipped/${second}`, `refunded/${refundId}`] as const) {
    for (let run = 0; run < 3; run += 1) await send({ orderId, kind })
  }
  const mails = await inbox(orderId)
  expect(mails.map(({ messageId }) => messageId).sort()).toEqual(
    [`<shipped.${first}.${orderId}@saleday>`, `<shipped.${second}.${orderId}@saleday>`, `<refunded.${refundId}.${orderId}@saleday>`].sort(),
  )
  const [line, other] = await engine.db.orderLine.findMany({ where: { orderId }, orderBy: { position: 'asc' } })
  const parcel = mails.find(({ messageId }) => messageId.includes(first))
  for (const part of [`${line?.name}   2`, 'An Post', 'CE1']) expect(parcel?.text).toContain(part)
  expect(parcel?.text).not.toContain(other?.name)
  expect(parcel?.html).toContain('CE1')
  expect(mails.find(({ messageId }) => messageId.includes(refundId))?.text).toContain('€12.34')
})

test('nobody reads that money was given back that the bank has sent back meanwhile', async () => {
  const orderId = await merchant.paid([1], { paymentMethod: FAILING_REFUND_CARD })
  const refundId = randomUUID()
  await merchant.refund(orderId, { kind: 'all' }, { refundId })
  await engine.rest()
  await engine.desk.settleRefunds()
  await engine.book.hintRefund(refundId, engine.clock.now())
  await engine.rest()
  // Its mail had waited all the while.
  await sendMail(engine, mailer)({ orderId, kind: `refunded/${refundId}` })
  expect(await inbox(orderId)).toEqual([])
})

test('what a merchant typed is text in the mail, whatever it looks like', async () => {
  const orderId = await merchant.paid([1])
  const shipmentId = randomUUID()
  const parcel = { shipmentId, orderId, carrier: '<b>Post</b>', tracking: '"&', units: 'all', nowMs: engine.clock.now() } as const
  await engine.book.shipOrder(parcel)
  await sendMail(engine, mailer)({ orderId, kind: `shipped/${shipmentId}` })
  const [mail] = await inbox(orderId)
  expect(mail?.html).not.toContain('<b>')
  expect(mail?.text).toContain('<b>Post</b>')
})

test('mail of a parcel or a refund that was lost is told of again until it was sent, beside the receipt', async () => {
  const orderId = await merchant.paid([2])
  const [shipmentId, refundId] = [randomUUID(), randomUUID()]
  await merchant.ship(orderId, 'all', shipmentId)
  await merchant.refund(orderId, { kind: 'all' }, { refundId })
  await engine.rest() // lets mail go
  const kinds = ['receipt', `refunded/${refundId}`, `shipped/${shipmentId}`] as const
  const due = async (afterMs: number) => {
    await engine.db.outboxMessage.deleteMany()
    await engine.book.wakeDueMail(engine.clock.now() + afterMs, 100)
    return (await merchant.mailsOf(orderId)).sort()
  }
  expect(await due(0)).toEqual([])
  // The order is refunded by now, and its receipt is still a receipt.
  expect(await due(61_000)).toEqual(kinds)
  expect(await due(62_000)).toEqual([])
  await sendMail(engine, mailer)({ orderId, kind: kinds[2] })
  expect(await due(2 * 3600_000)).toEqual([kinds[0], kinds[1]])
  await sendMail(engine, mailer)({ orderId, kind: kinds[0] })
  await sendMail(engine, mailer)({ orderId, kind: kinds[1] })
  expect(await due(4 * 3600_000)).toEqual([])
})
