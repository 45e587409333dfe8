import { formatMoney } from '#/domain/money.ts'
import { isOnSale, NO_END_MS, NO_START_MS, type Offer } from '#/domain/offer.ts'
import { orderNumber } from '#/domain/order-number.ts'
import { ALL_SHARDS, shardOf } from '#/domain/sharding.ts'
import type { Sku } from '#/domain/sku.ts'
import type { Db } from '../db/client.ts'
import { driftWords } from '../inventory/drift.ts'
import { readCounters, reservationsUnderWay, waitingReservations } from '../inventory/inspect-core.ts'
import { reconcile } from '../inventory/reconcile.ts'
import { type Answer, answer, counted, EXIT, lasting, moment } from './answer.ts'
import type { Operator } from './operator.ts'
import { needCore } from './server-away.ts'

const MOVEMENTS = 10
const RESERVATIONS = 10

/** How long a delay may last before it is told as drift, of one SKU that somebody waits to hear of. */
const PATIENCE_MS = 2000

/** Everything there is to say of a SKU: what Postgres has, what core has, who holds it, and whether it can be bought now. */
export async function explainSku(operator: Operator, sku: Sku): Promise<Answer> {
  const { db, core, counters, book, clock } = operator
  const row = await db.stock.findUnique({ where: { sku }, include: { variant: true } })
  if (!row) return answer(EXIT.trouble, [`Postgres has no stock of ${sku}: there is no such SKU.`], { sku, known: false })
  const nowMs = clock.now()
  const shard = shardOf(sku)
  const holders = await readHolders(db, sku)
  const movements = await db.stockMovement.findMany({ where: { sku }, orderBy: { version: 'desc' }, take: MOVEMENTS })
  const [current] = await book.currentOffers([sku])
  const epoch = needCore(await counters.epochOf(shard))
  const isOpen = epoch !== null && epoch === (await book.epochOf(shard))
  const counter = needCore(await readCounters(core, [sku])).get(sku) ?? null
  const held = await explainHeld(operator, counter?.held ?? new Map())
  const offer = needCore(await counters.offers([sku])).get(sku) ?? null
  const { drifts } = needCore(await reconcile(operator, { counter: sku, patienceMs: PATIENCE_MS }))
  const refusals = whyNot({ isOpen, offer, available: counter?.available ?? 0, isWithdrawn: row.variant.withdrawnAt !== null, nowMs })
  const heldUnits = held.reduce((sum, { units }) => sum + units, 0)

  const lines = [
    `${sku}, on shard ${shard}`,
    '',
    refusals.length === 0
      ? `It can be bought right now, ${counter?.available} of it.`
      : `It cannot be bought right now: ${refusals.join(', ')}.`,
    '',
    `Postgres   ${row.onHand} on hand, ${row.allocated} allocated, ${row.onHand - row.allocated} free (change ${row.version})`,
    ...holders.map(({ state, orders, units, oldest, oldestId }) => {
      return `           ${units} in ${counted(orders, 'order')} ${state}, the oldest placed ${lasting(nowMs - oldest.getTime())} ago (${orderNumber(oldestId)})`
    }),
    counter
      ? `Core       ${counter.available} available, ${heldUnits} held by ${counted(counter.reservations, 'reservation')} (change ${counter.applied})`
      : 'Core       does not know it',
    ...held.slice(0, RESERVATIONS).map(({ units, why, reservationId }) => `           ${units} by ${reservationId}: ${why}`),
    ...(held.length > RESERVATIONS ? [`           … and ${held.length - RESERVATIONS} others`] : []),
    `Offer      ${offer ? offerWords(offer, nowMs) : 'core has none'}${current && current.version !== offer?.version ? `; Postgres has version ${current.version}` : ''}`,
    '',
    `Last changes${movements.length === 0 ? ': none' : ''}`,
    ...movements.map(({ version, reason, onHandDelta, allocatedDelta, droppedReservations, createdAt }) => {
      const dropped = droppedReservations.length > 0 ? `, ${counted(droppedReservations.length, 'reservation')} settled` : ''
      return `  ${version}  ${moment(createdAt.getTime())}  ${movementWords(reason)}: on hand ${signed(onHandDelta)}, allocated ${signed(allocatedDelta)}${dropped}`
    }),
    '',
    drifts.length === 0 ? 'Core and Postgres agree.' : 'Core and Postgres do not agree (npm run stock -- reconcile):',
    ...drifts.map((drift) => `  ${driftWords(drift, nowMs)}`),
  ]
  const { onHand, allocated, version } = row
  return answer(drifts.length > 0 ? EXIT.trouble : EXIT.fine, lines, {
    sku,
    known: true,
    shard,
    isOpen,
    canBeBought: refusals.length === 0,
    refusals,
    postgres: { onHand, allocated, version, holders },
    core: counter && { available: counter.available, applied: counter.applied, reservations: counter.reservations, held },
    offer,
    movements,
    drifts,
  })
}

type Holder = { readonly state: string; readonly orders: number; readonly units: number; readonly oldest: Date; readonly oldestId: string }

function readHolders(db: Db, sku: Sku): Promise<Holder[]> {
  return db.$queryRaw<Holder[]>`
    SELECT o.state::text, count(DISTINCT o.id)::int AS orders, sum(l.quantity - l.shipped - l.dropped)::int AS units,
      min(o.placed_at) AS oldest, (array_agg(o.id::text ORDER BY o.placed_at))[1] AS "oldestId"
    FROM order_lines l JOIN orders o ON o.id = l.order_id
    WHERE l.sku = ${sku} AND o.state NOT IN ('REJECTED', 'CANCELLED') AND l.quantity > l.shipped + l.dropped
    GROUP BY o.state ORDER BY min(o.placed_at)`
}

/** Who stands behind each reservation. */
async function explainHeld({ core, db }: Operator, held: ReadonlyMap<string, number>) {
  if (held.size === 0) return []
  const underWay = new Set<string>()
  const waiting = new Set<string>()
  for (const shard of ALL_SHARDS) for (const one of needCore(await reservationsUnderWay(core, shard))) underWay.add(one)
  for (const shard of ALL_SHARDS) for (const one of needCore(await waitingReservations(core, shard))) waiting.add(one)
  const letters = await db.deadLetter.findMany({
    where: { closedAt: null, reservationId: { in: [...held.keys()] } },
    select: { reservationId: true, shard: true, entryId: true },
  })
  const letterOf = new Map(letters.map(({ reservationId, shard, entryId }) => [reservationId, `${shard}/${entryId}`]))
  return [...held].map(([reservationId, units]) => ({ reservationId, units, why: why(reservationId) }))

  function why(reservationId: string): string {
    const letter = letterOf.get(reservationId)
    if (letter) return `dead letter ${letter}, until somebody decides on it`
    if (waiting.has(reservationId)) return 'an order that waits for intake'
    if (underWay.has(reservationId)) return 'a placing that is under way'
    return 'just settled, or nobody'
  }
}

type Situation = {
  readonly isOpen: boolean
  readonly offer: Offer | null
  readonly available: number
  readonly isWithdrawn: boolean
  readonly nowMs: number
}

/** Every reason for which a shopper would be refused now, in the order in which placing finds them. */
function whyNot({ isOpen, offer, available, isWithdrawn, nowMs }: Situation): string[] {
  const reasons: string[] = []
  if (!isOpen) reasons.push('its shard of core is closed (npm run stock -- rebuild)')
  if (!offer) reasons.push('core has no offer of it')
  else if (!isOnSale(offer, nowMs)) reasons.push(isWithdrawn ? 'it was withdrawn' : windowWords(offer, nowMs))
  if (available <= 0) reasons.push('none is available')
  return reasons
}

function offerWords(offer: Offer, nowMs: number): string {
  const { version, priceMinor, currency, limitPerOrder, limitPerCustomer } = offer
  const limits = `at most ${limitPerOrder} an order${limitPerCustomer === null ? '' : `, ${limitPerCustomer} a customer`}`
  return `${formatMoney({ minor: priceMinor, currency })}, ${limits}, ${windowWords(offer, nowMs)} (version ${version})`
}

function windowWords({ startsAtMs, endsAtMs }: Offer, nowMs: number): string {
  if (nowMs < startsAtMs) return `its sale begins ${moment(startsAtMs)}`
  if (nowMs >= endsAtMs) return `its sale ended ${moment(endsAtMs)}`
  const since = startsAtMs === NO_START_MS ? 'always' : `since ${moment(startsAtMs)}`
  return endsAtMs === NO_END_MS ? `on sale ${since}` : `on sale ${since} until ${moment(endsAtMs)}`
}

/** Why a movement was written. */
function movementWords(reason: string): string {
  switch (reason) {
    case 'initial':
      return 'first stock'
    case 'intake':
      return 'orders taken in'
    case 'cancel':
      return 'orders cancelled'
    case 'restock':
      return 'stock counted anew'
    case 'ship':
      return 'shipped'
    case 'refund':
      return 'refunded'
    case 'dead-letter':
      return 'a dead letter closed'
    default:
      return reason
  }
}

function signed(delta: number): string {
  return delta > 0 ? `+${delta}` : `${delta}`
}
