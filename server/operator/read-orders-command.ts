import { parseArgs } from 'node:util'
import { z } from 'zod'
import { LINE_MAX_QUANTITY } from '#/domain/cart.ts'
import type { RefundWish, Units } from '#/domain/refund.ts'
import { ok, type Result } from '#/domain/result.ts'
import { amount } from './amount.ts'
import { plainWords } from './plain-words.ts'
import { type Usage, usage } from './usage.ts'
import { isMeant, WRITING_OPTIONS } from './writing-options.ts'

export const ORDERS_USAGE = `npm run orders -- COMMAND        (nothing is changed without --yes)

  show ORDER                                   its lines, with what is left to ship and to refund
  ship ORDER --carrier NAME --tracking NUMBER  a parcel with everything that is left, or with --lines
  refund ORDER                                 everything that is left, or --lines, or --amount

  ORDER is an id, or a number such as SD-7F3K-92QX.

  --lines 1:2,3:1  two units of line 1 and one of line 3, as show numbers them
  --amount 12.50   money alone
  --no-restock     the units cannot be sold again
  --reason TEXT    why, for the order's history
  --id UUID        the parcel or refund that this is: asked for again under its id it happens once

  --yes    does it           --dry-run  does nothing, whatever else is said           --json  for machines

Ends with 0 when all is well, 1 when it cannot be done, 2 for what it does not understand, 3 when a server is away.`

export type OrdersCommand =
  | { readonly name: 'help' }
  | { readonly name: 'show'; readonly order: string }
  | {
      readonly name: 'ship'
      readonly order: string
      readonly carrier: string
      readonly tracking: string
      readonly units: readonly Units[] | 'all'
    }
  | { readonly name: 'refund'; readonly order: string; readonly wish: RefundWish; readonly restock: boolean; readonly reason: string }

export type OrdersAsked = {
  readonly command: OrdersCommand
  /** The id of the parcel or refund; null for a new one. */
  readonly id: string | null
  readonly yes: boolean
  readonly json: boolean
}

const OPTIONS = {
  lines: { type: 'string', multiple: true },
  amount: { type: 'string' },
  carrier: { type: 'string' },
  tracking: { type: 'string' },
  reason: { type: 'string' },
  id: { type: 'string' },
  'no-restock': { type: 'boolean', default: false },
  ...WRITING_OPTIONS,
} as const

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>>['values']

const REASON = 'BY_MERCHANT'

/** What the words of a command line ask for; what they do not say is a failure in words. */
export function readOrdersCommand(args: readonly string[]): Result<OrdersAsked, Usage> {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true })
    const command = values.help ? ok<OrdersCommand>({ name: 'help' }) : readWords(positionals, values)
    if (!command.ok) return command
    const id = z
      .uuid()
      .nullable()
      .safeParse(values.id?.toLowerCase() ?? null)
    if (!id.success) return usage('--id takes a UUID')
    return ok({ command: command.value, id: id.data, yes: isMeant(values), json: values.json })
  } catch (error) {
    return usage((error as Error).message)
  }
}

function readWords([name = 'help', order, ...rest]: string[], values: Values): Result<OrdersCommand, Usage> {
  if (name === 'help') return ok({ name })
  if (name !== 'show' && name !== 'ship' && name !== 'refund') return usage(`there is no command ${name}`)
  if (order === undefined || rest.length > 0) return usage(`${name} takes one order: an id, or a number such as SD-7F3K-92QX`)
  const stray = Object.keys(values).find((option) => values[option as keyof Values] && ![...FOR_ALL, ...FOR_ONE[name]].includes(option))
  if (stray) return usage(`${name} knows no --${stray}`)
  if (name === 'show') return ok({ name, order })
  const units = readLines(values.lines ?? [])
  if (!units) return usage('--lines takes a line and a number of units: 1:2, or 1:2,3:1')
  return name === 'ship' ? readShip(order, units, values) : readRefund(order, units, values)
}

const FOR_ALL = ['id', ...Object.keys(WRITING_OPTIONS)]
const FOR_ONE = {
  show: [],
  ship: ['carrier', 'tracking', 'lines'],
  refund: ['lines', 'amount', 'reason', 'no-restock'],
} as const

function readShip(order: string, units: readonly Units[], { carrier, tracking }: Values): Result<OrdersCommand, Usage> {
  const parcel = z.object({ carrier: plainWords(60), tracking: plainWords(100) }).safeParse({ carrier, tracking })
  if (!parcel.success) return usage('ship takes --carrier and --tracking, each some plain text')
  return ok({ name: 'ship', order, ...parcel.data, units: units.length > 0 ? units : 'all' })
}

function readRefund(order: string, units: readonly Units[], values: Values): Result<OrdersCommand, Usage> {
  const reason = plainWords(200).safeParse(values.reason ?? REASON)
  if (!reason.success) return usage('--reason takes some plain text')
  const restock = !values['no-restock']
  const refund = { name: 'refund', order, restock, reason: reason.data } as const
  if (values.amount === undefined) return ok({ ...refund, wish: units.length > 0 ? { kind: 'units', units } : { kind: 'all' } })
  if (units.length > 0 || !restock) return usage('--amount is money alone: no --lines and no --no-restock')
  const given = amount.safeParse(values.amount)
  return given.success ? ok({ ...refund, wish: { kind: 'amount', amountMinor: given.data } }) : usage('--amount takes a sum such as 12.50')
}

const LINE = /^([1-9]\d{0,2}):([1-9]\d{0,3})$/

function readLines(given: readonly string[]): Units[] | null {
  const units: Units[] = []
  for (const text of given.flatMap((list) => list.split(','))) {
    const [, line, quantity] = LINE.exec(text.trim()) ?? []
    if (!line || !quantity || Number(quantity) > LINE_MAX_QUANTITY) return null
    units.push({ position: Number(line) - 1, quantity: Number(quantity) })
  }
  return units
}
