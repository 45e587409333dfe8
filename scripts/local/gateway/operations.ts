import type { z } from 'zod'
import type { Books } from './books.ts'
import { confirmIntent, confirmParams } from './confirm-intent.ts'
import { createTestToken, createToken, findToken, shownToken, testTokenParams, tokenParams } from './confirmation-tokens.ts'
import type { FormValue } from './form-body.ts'
import { invalidRequest, missing } from './gateway-error.ts'
import type { Outcome } from './outcome.ts'
import { cancelIntent, cancelParams, createIntent, createParams, findIntent } from './payment-intents.ts'
import { createRefund, findRefund, refundParams } from './refunds.ts'

/** An endpoint. `holds`: the ids of what it must have alone while it runs. */
export type Operation = { readonly name: string; readonly holds: readonly string[]; run(): Outcome }

export type Asked = {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly params: Record<string, FormValue>
}

/** What an operation works with. `bankUrl` is where customers take a step at their bank. */
export type Desk = { readonly books: Books; readonly now: () => number; readonly bankUrl: () => string }

/** The endpoint of a method and path; null when there is none. */
export function findOperation({ books, now, bankUrl }: Desk, { method, path, query, params }: Asked): Operation | null {
  const [, version, resource, id = '', verb, ...more] = path.split('/')
  if (version !== 'v1' || more.length > 0) return null
  const route = `${method} ${resource}${id === '' ? '' : '/:id'}${verb === undefined ? '' : `/${verb}`}`
  const reads = (name: string, read: () => unknown): Operation => ({ name, holds: [], run: () => ({ answer: read() }) })
  switch (route) {
    case 'POST payment_intents':
      return { name: 'payment_intents.create', holds: [], run: () => createIntent(parse(createParams, params), now()) }
    case 'GET payment_intents/:id':
      return reads('payment_intents.retrieve', () => findIntent(books, id))
    case 'POST payment_intents/:id/confirm':
      return {
        name: 'payment_intents.confirm',
        holds: [id, ...named(params.confirmation_token)],
        run: () => confirmIntent(books, id, parse(confirmParams, params), now(), bankUrl()),
      }
    case 'POST payment_intents/:id/cancel':
      return { name: 'payment_intents.cancel', holds: [id], run: () => cancelIntent(books, id, parse(cancelParams, params), now()) }
    case 'GET payment_intents':
      return reads('payment_intents.list', () => page(path, books.intents(), query))
    case 'GET charges':
      return reads('charges.list', () => page(path, books.charges().filter(isOf(query, 'payment_intent')), query))
    case 'POST refunds': {
      const holds = [
        ...named(params.payment_intent),
        ...named(params.charge).flatMap((charge) => books.charge(charge)?.payment_intent ?? []),
      ]
      return { name: 'refunds.create', holds, run: () => createRefund(books, parse(refundParams, params), now()) }
    }
    case 'GET refunds/:id':
      return reads('refunds.retrieve', () => findRefund(books, id))
    case 'GET refunds':
      return reads('refunds.list', () =>
        page(path, books.refunds().filter(isOf(query, 'payment_intent')).filter(isOf(query, 'charge')), query),
      )
    case 'POST confirmation_tokens':
      return { name: 'confirmation_tokens.create', holds: [], run: () => createToken(parse(tokenParams, params), now()) }
    case 'POST test_helpers/:id':
      if (id !== 'confirmation_tokens') return null
      return { name: 'confirmation_tokens.create', holds: [], run: () => createTestToken(parse(testTokenParams, params), now()) }
    case 'GET confirmation_tokens/:id':
      return reads('confirmation_tokens.retrieve', () => shownToken(findToken(books, id)))
    case 'GET events/:id':
      return reads('events.retrieve', () => books.event(id) ?? raise(missing('event', id)))
    case 'GET events': {
      const types = [query.get('type'), ...query.getAll('types[]')].filter((type) => type !== null)
      const wanted = (type: string) => types.length === 0 || types.includes(type)
      return reads('events.list', () =>
        page(
          path,
          books.events().filter(({ type }) => wanted(type)),
          query,
        ),
      )
    }
    default:
      return null
  }
}

function raise(error: Error): never {
  throw error
}

function parse<T>(schema: z.ZodType<T>, params: Record<string, FormValue>): T {
  const parsed = schema.safeParse(params)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  if (issue?.code === 'unrecognized_keys') {
    throw invalidRequest(`Received unknown parameter: ${issue.keys[0]}`, { code: 'parameter_unknown', param: issue.keys[0] ?? '' })
  }
  const param = issue?.path.join('.') ?? ''
  const code = params[param] === undefined ? 'parameter_missing' : param === 'amount' ? 'amount_too_small' : 'parameter_invalid'
  throw invalidRequest(`Invalid or missing parameter: ${param}. ${issue?.message ?? ''}`.trim(), { code, param })
}

function named(id: FormValue | undefined): string[] {
  return typeof id === 'string' ? [id] : []
}

function isOf<N extends string>(query: URLSearchParams, name: N): (item: Record<N, string>) => boolean {
  const wanted = query.get(name)
  return (item) => wanted === null || item[name] === wanted
}

/** Stripe's list envelope; `limit` up to 100, `starting_after` an id. */
function page<T extends { id: string }>(url: string, all: readonly T[], query: URLSearchParams) {
  const limit = Math.min(100, Math.max(1, Number(query.get('limit') ?? 10) || 10))
  const after = query.get('starting_after')
  const from = after === null ? 0 : all.findIndex((item) => item.id === after) + 1
  const data = all.slice(from, from + limit)
  return { object: 'list', url, has_more: from + limit < all.length, data }
}
