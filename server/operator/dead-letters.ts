import type { CounterKey } from '#/domain/counter.ts'
import { formatMoney } from '#/domain/money.ts'
import { ok, type Result } from '#/domain/result.ts'
import { unitsHeldBy } from '../inventory/inspect-core.ts'
import { checkDeadLetter, closeDeadLetter, orderIn, retryDeadLetter } from '../orders/decide-dead-letter.ts'
import type { DeadLetter } from '../orders/order-book.ts'
import type { CoreFailure } from '../redis/core.ts'
import { log } from '../telemetry/log.ts'
import { type Answer, answer, counted, EXIT, ONLY_ASKED } from './answer.ts'
import { letterName, letterSummary, reasonWords, resolutionWords } from './letter-words.ts'
import type { Operator } from './operator.ts'
import type { LetterId } from './read-command.ts'
import { needCore } from './server-away.ts'

const MOST_LISTED = 100
const MOST_SHOWN = 8000

/** The open letters, oldest first. */
export async function listLetters({ book, clock }: Operator, people: boolean): Promise<Answer> {
  const letters = await book.openDeadLetters(MOST_LISTED)
  if (letters.length === 0) return answer(EXIT.fine, ['No record is set aside.'], { letters })
  const nowMs = clock.now()
  const lines = letters.flatMap((letter) => [...letterSummary(letter, nowMs), ...contentLines(letter, people), ''])
  const more = letters.length === MOST_LISTED ? ' or more' : ''
  const todo = 'npm run stock -- dead-letters show|retry|close LETTER'
  const data = letters.map(({ record: _, ...letter }) => letter)
  return answer(EXIT.trouble, [`${counted(letters.length, 'record')}${more} set aside, oldest first:`, '', ...lines, todo], {
    letters: data,
  })
}

/** One letter, whole; its record only where people may be seen, because that is what it tells of. */
export async function showLetter(operator: Operator, id: LetterId, people: boolean): Promise<Answer> {
  const letter = await operator.book.findDeadLetter(id)
  if (!letter) return unknown(id)
  const held = await heldBy(operator, letter)
  const checked = await checkDeadLetter(operator, letter)
  const lines = [
    ...letterSummary(letter, operator.clock.now()),
    ...contentLines(letter, people),
    ...heldLines(held),
    checked.ok ? '  it could be an order by now: try it again' : `  it still cannot be an order: ${reasonWords(checked.reason)}`,
    ...(people
      ? ['', `Its record, ${counted(letter.record.length, 'character')}:`, letter.record.slice(0, MOST_SHOWN)]
      : ['', 'Its record names the shopper: --people shows it.']),
  ]
  const { record, ...shown } = letter
  return answer(letter.resolution ? EXIT.fine : EXIT.trouble, lines, {
    letter: people ? letter : shown,
    held: Object.fromEntries(held),
    retry: checked.ok ? 'possible' : checked.reason,
  })
}

/** Takes the record in, should what it lacked be there by now. */
export async function retryLetter(operator: Operator, id: LetterId, yes: boolean): Promise<Answer> {
  const letter = await operator.book.findDeadLetter(id)
  if (!letter) return unknown(id)
  if (letter.resolution) return decided(letter)
  const checked = await checkDeadLetter(operator, letter)
  if (!checked.ok)
    return answer(EXIT.trouble, [`It cannot be an order: ${reasonWords(checked.reason)}.`], { letter: id, reason: checked.reason })
  const { totalMinor: minor, currency } = checked.value.order
  if (!yes) {
    const would = `Trying it again takes it in as an order: where its stock is still there, its card is charged ${formatMoney({ minor, currency })}.`
    return answer(EXIT.fine, [...letterSummary(letter, operator.clock.now()), '', would, ONLY_ASKED], { letter: id, dryRun: true })
  }
  const retried = await retryDeadLetter(operator, letter)
  log.warn(
    { letter: letterName(id), orderId: letter.orderId, retried: retried.ok ? retried.value : retried.code },
    'dead letter tried again',
  )
  if (!retried.ok) return refused(id, retried)
  return answer(EXIT.fine, [`Done: ${resolutionWords(retried.value)}.`, `npm run stock -- order ${letter.orderId}`], {
    letter: id,
    resolution: retried.value,
  })
}

/** Rejects the order and gives back what it holds. */
export async function closeLetter(operator: Operator, id: LetterId, yes: boolean): Promise<Answer> {
  const letter = await operator.book.findDeadLetter(id)
  if (!letter) return unknown(id)
  if (letter.resolution) return decided(letter)
  const order = orderIn(letter)
  if (!yes) {
    const mail = order
      ? 'a mail and its page tell the shopper'
      : 'only its page tells the shopper, for its record has no address that can be read'
    const lines = [
      ...letterSummary(letter, operator.clock.now()),
      ...heldLines(await heldBy(operator, letter)),
      '',
      `Closing it rejects the order for good; ${mail}. What it holds can be sold again.`,
      ONLY_ASKED,
    ]
    return answer(EXIT.fine, lines, { letter: id, dryRun: true })
  }
  const closed = await closeDeadLetter(operator, letter, async (): Promise<Result<CounterKey[], CoreFailure>> => {
    const held = await unitsHeldBy(operator.core, letter.reservationId, 'all')
    return held.ok ? ok([...held.value.keys()]) : held
  })
  log.warn({ letter: letterName(id), orderId: letter.orderId, closed: closed.ok ? closed.value : closed.code }, 'dead letter closed')
  if (!closed.ok && closed.code !== 'BUSY') needCore(closed)
  if (!closed.ok) return refused(id, closed)
  return answer(EXIT.fine, [`Done: ${resolutionWords(closed.value)}.`], { letter: id, resolution: closed.value })
}

function unknown(id: LetterId): Answer {
  return answer(EXIT.trouble, [`There is no dead letter ${letterName(id)}.`], { letter: id, known: false })
}

function decided({ shard, entryId, resolution }: DeadLetter): Answer {
  const words = resolution ? resolutionWords(resolution) : ''
  return answer(EXIT.fine, [`That was decided before: ${words}.`], { letter: { shard, entryId }, resolution })
}

function refused(id: LetterId, failure: { code: string; reason?: string }): Answer {
  const words =
    failure.code === 'BUSY'
      ? 'Intake holds the shard all the time. Try again in a moment.'
      : `It cannot be an order: ${reasonWords(failure.reason ?? failure.code)}.`
  return answer(EXIT.trouble, [words], { letter: id, reason: failure.reason ?? failure.code })
}

async function heldBy({ core }: Operator, letter: DeadLetter): Promise<Map<CounterKey, number>> {
  return letter.resolution ? new Map() : needCore(await unitsHeldBy(core, letter.reservationId, 'all'))
}

function heldLines(held: ReadonlyMap<CounterKey, number>): string[] {
  return held.size === 0 ? ['  holds nothing in core'] : [`  holds ${[...held].map(([key, units]) => `${units} of ${key}`).join(', ')}`]
}

function contentLines(letter: DeadLetter, people: boolean): string[] {
  const order = orderIn(letter)
  if (!order) return []
  const lines = order.lines.map((line) => `${line.quantity} of ${line.sku}`)
  return [
    `  ordered ${lines.join(', ')} for ${formatMoney({ minor: order.totalMinor, currency: order.currency })}${people ? ` by ${order.email}` : ''}`,
  ]
}
