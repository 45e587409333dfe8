import type { z } from 'zod'
import type { Books } from './books.ts'
import type { FormValue } from './form-body.ts'
import { invalidRequest } from './gateway-error.ts'
import {
  cancelIntent,
  cancelParams,
  confirmIntent,
  confirmParams,
  createIntent,
  createParams,
  findIntent,
  type Outcome,
} from './payment-intents.ts'

/** An endpoint. `intentId` names what it must hold alone while it runs. */
export type Operation = {
  readonly name: string
  readonly intentId: string | null
  run(params: Record<string, FormValue>): Outcome | { answer: unknown }
}

/** The endpoint of a method and path; null when there is none. */
export function findOperation(books: Books, now: () => number, method: string, path: string, query: URLSearchParams): Operation | null {
  const [, version, resource, id, verb, ...more] = path.split('/')
  if (version !== 'v1' || more.length > 0) return null
  const route = `${method} ${resource}${id === undefined ? '' : '/:id'}${verb === undefined ? '' : `/${verb}`}`
  switch (route) {
    case 'POST payment_intents':
      return { name: 'payment_intents.create', intentId: null, run: (params) => createIntent(parse(createParams, params), now()) }
    case 'GET payment_intents/:id':
      return { name: 'payment_intents.retrieve', intentId: null, run: () => ({ answer: findIntent(books, id ?? '') }) }
    case 'POST payment_intents/:id/confirm':
      return {
        name: 'payment_intents.confirm',
        intentId: id ?? '',
        run: (params) => confirmIntent(books, id ?? '', parse(confirmParams, params), now()),
      }
    case 'POST payment_intents/:id/cancel':
      return {
        name: 'payment_intents.cancel',
        intentId: id ?? '',
        run: (params) => cancelIntent(books, id ?? '', parse(cancelParams, params), now()),
      }
    case 'GET payment_intents':
      return { name: 'payment_intents.list', intentId: null, run: () => ({ answer: page(path, books.intents(), query) }) }
    case 'GET charges': {
      const of = query.get('payment_intent')
      const charges = books.charges().filter((charge) => of === null || charge.payment_intent === of)
      return { name: 'charges.list', intentId: null, run: () => ({ answer: page(path, charges, query) }) }
    }
    default:
      return null
  }
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

/** Stripe's list envelope; `limit` up to 100, `starting_after` an id. */
function page<T extends { id: string }>(url: string, all: readonly T[], query: URLSearchParams) {
  const limit = Math.min(100, Math.max(1, Number(query.get('limit') ?? 10) || 10))
  const after = query.get('starting_after')
  const from = after === null ? 0 : all.findIndex((item) => item.id === after) + 1
  const data = all.slice(from, from + limit)
  return { object: 'list', url, has_more: from + limit < all.length, data }
}
