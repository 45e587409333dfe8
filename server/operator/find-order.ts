import { z } from 'zod'
import { idEndOf } from '#/domain/order-number.ts'
import type { Db } from '../db/client.ts'
import { type Answer, answer, EXIT } from './answer.ts'

const MOST_MATCHES = 5

export type MerchantsOrder = NonNullable<Awaited<ReturnType<typeof readOrder>>>

type Found = { readonly ok: true; readonly order: MerchantsOrder } | { readonly ok: false; readonly answer: Answer }

/** An order by its id or its short number; an answer in words where that names none, or several. */
export async function findOrderFor(db: Db, asked: string): Promise<Found> {
  const ids = await findOrderIds(db, asked)
  if (ids === null) return no(EXIT.usage, [`${asked} is neither an order's id nor a number such as SD-7F3K-92QX.`])
  if (ids.length > 1) return no(EXIT.trouble, ['Several orders have that number:', ...ids.map((id) => `  ${id}`)])
  const order = await readOrder(db, ids[0] ?? '')
  return order ? { ok: true, order } : no(EXIT.trouble, [`Postgres has no order ${asked}.`])
}

/** Without who ordered it, which no answer needs. */
async function readOrder(db: Db, id: string) {
  if (!id) return null
  return db.order.findUnique({
    where: { id },
    select: {
      id: true,
      state: true,
      currency: true,
      capturedMinor: true,
      refundedMinor: true,
      trouble: true,
      lines: {
        orderBy: { position: 'asc' },
        select: { position: true, name: true, label: true, sku: true, quantity: true, shipped: true, dropped: true, returned: true },
      },
      shipments: { orderBy: { at: 'asc' }, select: { id: true, carrier: true, tracking: true, at: true } },
      refunds: { orderBy: { createdAt: 'asc' }, select: { id: true, amountMinor: true, state: true, trouble: true, createdAt: true } },
    },
  })
}

/** The ids that a person may mean by an id or a short number, a few at most; null for what is neither. */
export async function findOrderIds(db: Db, asked: string): Promise<string[] | null> {
  const id = z.uuid().safeParse(asked.toLowerCase())
  if (id.success) return [id.data]
  const end = idEndOf(asked)
  if (!end) return null
  const rows = await db.$queryRaw<{ id: string }[]>`SELECT id::text FROM orders WHERE right(id::text, 10) = ${end} LIMIT ${MOST_MATCHES}`
  return rows.map((row) => row.id)
}

function no(code: Answer['code'], lines: string[]): Found {
  return { ok: false, answer: answer(code, lines, { known: false }) }
}
