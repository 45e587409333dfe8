import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SHOPPERS_HOLD_SECONDS } from '#/domain/order-state.ts'
import { eventually } from '#/drill/engine/eventually.ts'
import { SHARD } from '#/drill/engine/shelf.ts'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import { type Mailer, smtpMailer } from '#/server/notifications/mailer.ts'
import { shardKeys } from '#/server/redis/keys.ts'
import { PermanentError } from './define-worker.ts'
import { sendMail } from './notifications.ts'

type Message = { to: string[]; subject: string; text: string; html: string; messageId: string }

let engine: TestEngine
let mailer: Mailer

beforeAll(async () => {
  engine = await startTestEngine()
  Object.assign(process.env, engine.stack.env)
  mailer = smtpMailer()
})
afterAll(async () => {
  mailer.close()
  await engine.stop()
})

async function confirmed(change: { name?: string; email?: string; paymentMethod?: string } = {}): Promise<string> {
  const { checkoutId, ...placing } = await engine.placing([[await engine.sell(), 1]], change)
  await engine.counters.place({ checkoutId, ...placing })
  await engine.rest()
  return checkoutId
}

async function inbox(orderId: string): Promise<Message[]> {
  const list = (await (await fetch(`${engine.stack.mail.page}/api/messages`)).json()) as { id: string; messageId: string }[]
  const own = list.filter((message) => message.messageId.includes(orderId))
  return Promise.all(own.map(async ({ id }) => (await fetch(`${engine.stack.mail.page}/api/messages/${id}`)).json() as Promise<Message>))
}

test('a job that runs again and again sends one mail', async () => {
  const orderId = await confirmed()
  for (let run = 0; run < 4; run += 1) await sendMail(engine, mailer)({ orderId, kind: 'receipt' })
  expect(await inbox(orderId)).toMatchObject([{ to: ['ann@example.com'], messageId: `<receipt.${orderId}@saleday>` }])
})

test('a worker that died before it could note the mail sends it once more, under the same id', async () => {
  const orderId = await confirmed()
  const dying = { ...engine, book: { ...engine.book, recordMail: () => Promise.reject(new Error('killed')) } }
  await expect(sendMail(dying, mailer)({ orderId, kind: 'receipt' })).rejects.toThrow('killed')
  await sendMail(engine, mailer)({ orderId, kind: 'receipt' })
  await sendMail(engine, mailer)({ orderId, kind: 'receipt' })
  const mails = await inbox(orderId)
  expect(mails).toHaveLength(2)
  expect(new Set(mails.map((mail) => mail.messageId)).size).toBe(1)
})

test('mail whose job was lost is told of again until it was sent, and never after', async () => {
  const confirmedId = await confirmed() // what works the engine by hand lets its mail go
  const unit = await engine.sell({ stock: 0 })
  const soldOut = await engine.placing([[unit, 1]])
  const record = ['order', soldOut.checkoutId, 'reservation', soldOut.reservationId, 'placedAt', Date.now(), 'record']
  await engine.core.redis.xadd(shardKeys(SHARD).orders, '*', ...record, JSON.stringify(soldOut.order))
  const declined = await confirmed({ paymentMethod: 'pm_card_chargeDeclined' })
  await engine.later(SHOPPERS_HOLD_SECONDS * 1000)
  const now = engine.clock.now()
  const due = async (atMs: number) => {
    await engine.db.outboxMessage.deleteMany()
    await engine.book.wakeDueMail(atMs, 100)
    const ids = [confirmedId, soldOut.checkoutId, declined]
    const messages = await engine.db.outboxMessage.findMany({ where: { topic: 'mail.send' } })
    return messages.map(({ subject }) => subject).filter((subject) => ids.some((id) => subject.startsWith(id)))
  }
  expect((await due(now + 61_000)).sort()).toEqual(
    [`${confirmedId}/receipt`, `${soldOut.checkoutId}/rejected`, `${declined}/cancelled`].sort(),
  )
  expect(await due(now + 62_000)).toEqual([])
  await sendMail(engine, mailer)({ orderId: confirmedId, kind: 'receipt' })
  expect(await due(now + 3_600_000)).not.toContain(`${confirmedId}/receipt`)
})

test('with the mail server away the job fails and may run again; nothing is noted that was not sent', async () => {
  const orderId = await confirmed()
  await engine.stack.mail.kill()
  await expect(sendMail(engine, mailer)({ orderId, kind: 'receipt' })).rejects.toThrow()
  expect(await engine.book.findMail(orderId, 'receipt')).not.toBe('sent')
  await engine.stack.mail.start()
  await eventually('the mail server takes it', async () => {
    await sendMail(engine, mailer)({ orderId, kind: 'receipt' })
    return true
  })
  expect(await inbox(orderId)).toHaveLength(1)
})

test('what a shopper typed is text in the mail, whatever it looks like', async () => {
  const orderId = await confirmed({ name: '<img src=x onerror=alert(1)>&"' })
  await sendMail(engine, mailer)({ orderId, kind: 'receipt' })
  const [mail] = await inbox(orderId)
  expect(mail?.html).not.toContain('<img')
  expect(mail?.text).toContain('<img src=x onerror=alert(1)>&"')
})

test('an order that is not there is no reason to try again', async () => {
  await expect(sendMail(engine, mailer)({ orderId: randomUUID(), kind: 'receipt' })).rejects.toThrow(PermanentError)
})
