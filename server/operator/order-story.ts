import { Queue } from 'bullmq'
import { formatMoney } from '#/domain/money.ts'
import { orderNumber } from '#/domain/order-number.ts'
import { recordingShardOf } from '#/domain/sharding.ts'
import { sku } from '#/domain/sku.ts'
import type { Db } from '../db/client.ts'
import { operatorEnv } from '../env.ts'
import { unitsHeldBy } from '../inventory/inspect-core.ts'
import type { OrderView } from '../inventory/stock-counters.ts'
import { eventWords, readHistory } from '../orders/order-events.ts'
import { QUEUE_PREFIX } from '../queues/jobs.ts'
import { producingConnection } from '../redis/connect.ts'
import { type Answer, answer, EXIT, lasting, moment } from './answer.ts'
import { findOrderIds } from './find-order.ts'
import { letterSummary } from './letter-words.ts'
import type { Operator } from './operator.ts'
import { needCore } from './server-away.ts'

const MOST_MESSAGES = 20
const MAIL_KINDS = ['receipt', 'rejected', 'cancelled'] as const

/** The whole story of an order, by its id or its short number. E-mail and address only where `people` are asked for. */
export async function tellOrder(operator: Operator, asked: string, people: boolean): Promise<Answer> {
  const ids = await findOrderIds(operator.db, asked)
  if (ids === null) return answer(EXIT.usage, [`${asked} is neither an order's id nor a number such as SD-7F3K-92QX.`], { asked })
  const [orderId, ...others] = ids
  if (!orderId) {
    const hint = 'Postgres has no order of that number. One that was only just received is found by its id.'
    return answer(EXIT.trouble, [hint], { asked, known: false })
  }
  if (others.length > 0) {
    return answer(EXIT.trouble, ['Several orders have that number:', ...ids.map((id) => `  npm run stock -- order ${id}`)], { asked, ids })
  }
  const row = await readRow(operator.db, orderId)
  return row ? tellRow(operator, row, people) : tellWithoutRow(operator, orderId)
}

/** What was placed and has no row: it waits, was set aside, was lost, or never was. */
async function tellWithoutRow({ book, counters, db, clock }: Operator, orderId: string): Promise<Answer> {
  const letter = await book.deadLetterOf(orderId)
  const lost = await db.lostOrder.findUnique({ where: { orderId } })
  const checkout = needCore(await counters.findCheckout(orderId))
  const nowMs = clock.now()
  const title = titleOf(orderId)
  if (letter) {
    const lines = [title, '', 'Postgres has no row of it: its record was set aside as a dead letter.', ...letterSummary(letter, nowMs)]
    return answer(EXIT.trouble, lines, { orderId, known: true, letter })
  }
  if (checkout) {
    const waits = `Received ${moment(checkout.placedAtMs)}, ${lasting(nowMs - checkout.placedAtMs)} ago; waits for intake on shard ${recordingShardOf(orderId)}.`
    return answer(EXIT.fine, [title, '', waits, 'Where it waits for more than seconds, see whether workers run.'], {
      orderId,
      known: true,
      checkout,
    })
  }
  if (lost) {
    const { acknowledgedAt, noticedAt } = lost
    const words = `Its shopper was told that it was received ${moment(acknowledgedAt.getTime())}; since a promotion, noticed ${moment(noticedAt.getTime())}, nobody has it.`
    return answer(EXIT.trouble, [title, '', words, 'Ask the shopper to order again. Nothing was charged.'], { orderId, known: false, lost })
  }
  return answer(EXIT.trouble, [title, '', 'Neither Postgres nor core has ever heard of it.'], { orderId, known: false })
}

type Row = NonNullable<Awaited<ReturnType<typeof readRow>>>

function readRow(db: Db, id: string) {
  return db.order.findUnique({
    where: { id },
    include: { lines: { orderBy: { position: 'asc' } }, shipments: { include: { lines: true } }, refunds: { include: { lines: true } } },
  })
}

async function tellRow(operator: Operator, row: Row, people: boolean): Promise<Answer> {
  const { db, clock } = operator
  const nowMs = clock.now()
  const history = await readHistory(db, row.id)
  const inCore = await readCore(operator, row)
  const waiting = await readWaiting(operator, row)
  const mails = await db.sentMail.findMany({ where: { orderId: row.id } })
  const letter = await operator.book.deadLetterOf(row.id)
  const money = (minor: number) => formatMoney({ minor, currency: row.currency as 'EUR' })
  const lines = [
    titleOf(row.id),
    '',
    `${row.state}${row.reason ? ` (${row.reason})` : ''}, placed ${moment(row.placedAt.getTime())}, ${lasting(nowMs - row.placedAt.getTime())} ago`,
    ...(row.trouble ? [`NEEDS A PERSON: ${row.trouble}`] : []),
    ...(row.cancelReason ? [`Cancelling was asked for (${row.cancelReason})`] : []),
    ...(row.holdUntil ? [`Its items are kept until ${moment(row.holdUntil.getTime())}`] : []),
    ...(row.nextCheckAt
      ? [`Upkeep looks at it ${moment(row.nextCheckAt.getTime())}, has looked ${row.checks} times since its last step`]
      : []),
    ...(people ? [`Ordered by ${row.name}, ${row.email}; to ${row.street}, ${row.postcode} ${row.city}, ${row.country}`] : []),
    '',
    'Money',
    `  ${money(row.totalMinor)} in all${row.discountMinor > 0 ? `, ${money(row.discountMinor)} off by ${row.code}` : ''}; ${money(row.capturedMinor)} captured, ${money(row.refundedMinor)} refunded`,
    `  payment intent ${row.paymentIntentId ?? 'none yet'}, attempt ${row.attempt}`,
    ...row.refunds.map(
      (refund) => `  refund ${refund.id}: ${money(refund.amountMinor)}, ${refund.state}${refund.trouble ? `, ${refund.trouble}` : ''}`,
    ),
    '',
    'What was ordered',
    ...row.lines.map(({ quantity, name, label, sku: unit, unitPriceMinor, shipped, dropped, returned }) => {
      const fate = [shipped && `${shipped} shipped`, dropped && `${dropped} dropped`, returned && `${returned} returned`].filter(Boolean)
      return `  ${quantity} × ${name}${label ? `, ${label}` : ''} (${unit}) at ${money(unitPriceMinor)}${fate.length > 0 ? `: ${fate.join(', ')}` : ''}`
    }),
    ...row.shipments.map((shipment) => `  parcel ${moment(shipment.at.getTime())}: ${shipment.carrier} ${shipment.tracking}`),
    '',
    'What happened',
    ...history.map((event) => `  ${event.version}  ${moment(event.atMs)}  ${eventWords(event)}`),
    ...(letter ? letterSummary(letter, nowMs).map((line) => `  ${line}`) : []),
    '',
    'In core',
    `  ${pageWords(inCore.view, row)}`,
    ...inCore.held.map(([unit, units]) => `  its reservation ${row.reservationId} still holds ${units} of ${unit}`),
    ...(inCore.held.length === 0 ? ['  its reservation holds nothing any more, as it should be once intake is done'] : []),
    '',
    'On its way',
    ...waiting.messages.map((message) => `  message ${message.topic} ${message.subject}`),
    ...waiting.jobs.map(
      (job) => `  job ${job.id}: ${job.state}, tried ${job.attemptsMade} times${job.failedReason ? `, last ${job.failedReason}` : ''}`,
    ),
    ...(waiting.messages.length + waiting.jobs.length === 0 ? ['  nothing'] : []),
    '',
    'Mail',
    ...mails.map((mail) => `  ${mail.kind} sent ${moment(mail.at.getTime())}`),
    ...(row.mailDueAt ? [`  told of again ${moment(row.mailDueAt.getTime())}, unless it was sent by then`] : []),
    ...(mails.length === 0 && !row.mailDueAt ? ['  none so far'] : []),
  ]
  const { email, name, street, postcode, city, country, ...order } = row
  const shown = people ? row : order
  return answer(row.trouble ? EXIT.trouble : EXIT.fine, lines, {
    orderId: row.id,
    known: true,
    order: shown,
    history,
    core: inCore,
    waiting,
    mails,
    letter,
  })
}

function titleOf(orderId: string): string {
  return `Order ${orderNumber(orderId)} (${orderId})`
}

/** Its page's copy, and what its reservation still holds. */
async function readCore(
  { counters, core }: Operator,
  row: Row,
): Promise<{ view: OrderView | null | 'forgotten'; held: [string, number][] }> {
  const checkout = needCore(await counters.findCheckout(row.id))
  const skus = row.lines.map((line) => sku(line.sku))
  const held = needCore(await unitsHeldBy(core, row.reservationId, skus))
  return { view: checkout ? checkout.view : 'forgotten', held: [...held] }
}

function pageWords(view: OrderView | null | 'forgotten', row: Row): string {
  if (view === 'forgotten') return 'its checkout is forgotten, so its page asks Postgres'
  if (view === null) return `its page still shows it as received; Postgres is at step ${row.version}`
  const step = `its page shows ${view.state}, step ${view.version}`
  return view.version === row.version ? `${step}, as Postgres has it` : `${step}; Postgres is at step ${row.version}`
}

/** Messages and jobs about it. */
async function readWaiting({ db }: Operator, { id, version, refunds, shipments }: Row) {
  const messages = await db.outboxMessage.findMany({
    where: { OR: [{ subject: { contains: id } }, { topic: 'refund.advance', subject: { in: refunds.map((refund) => refund.id) } }] },
    orderBy: { id: 'asc' },
    take: MOST_MESSAGES,
    select: { topic: true, subject: true },
  })
  const jobs = []
  const connection = producingConnection(operatorEnv().CORE_REDIS_URL, 'operator')
  const wanted = {
    orders: [...Array.from({ length: version }, (_, i) => `advance.${id}.${i + 1}`), ...refunds.map((refund) => `refund.${refund.id}`)],
    notifications: [
      ...MAIL_KINDS,
      ...shipments.map((parcel) => `shipped/${parcel.id}`),
      ...refunds.map((refund) => `refunded/${refund.id}`),
    ].map((kind) => `mail.${id}.${kind}`),
  }
  for (const [name, jobIds] of Object.entries(wanted)) {
    const queue = new Queue(name, { connection, prefix: QUEUE_PREFIX, skipWaitingForReady: true })
    queue.on('error', () => {})
    for (const jobId of jobIds.slice(-MOST_MESSAGES)) {
      const job = await queue.getJob(jobId)
      if (job) jobs.push({ id: jobId, state: await job.getState(), attemptsMade: job.attemptsMade, failedReason: job.failedReason ?? null })
    }
    await queue.close()
  }
  connection.disconnect()
  // A row may name many orders.
  const own = messages.map(({ topic, subject }) => ({ topic, subject: subject.split(',').find((one) => one.startsWith(id)) ?? subject }))
  return { messages: own, jobs }
}
