import { randomUUID } from 'node:crypto'
import hdr from 'hdr-histogram-js'
import { Agent, type Dispatcher, request } from 'undici'
import { checkoutIdFor } from '#/domain/sharding.ts'
import type { Sku } from '#/domain/sku.ts'
import { openCart, sealCart } from '#/server/cart/cart-cookie.ts'
import { openCheckout, sealCheckout } from '#/server/cart/checkout-token.ts'
import { multipart } from '../shopper.ts'
import { serve } from './child.ts'

/** A form as a page of the store gave it to a shopper, filled in. */
export type FilledForm = {
  readonly storeUrl: string
  readonly path: string
  readonly fields: Readonly<Record<string, string>>
  /** The cart cookie that the form goes with. */
  readonly cart: string
  /** Where the answer to a press must lead. */
  readonly leadsTo: string
}

type Closed = { readonly form: FilledForm; readonly clients: number; readonly seconds: number }
type Open = { readonly form: FilledForm; readonly perSecond: number; readonly seconds: number }

/** What became of the presses of an open loop. Milliseconds from when each was meant to be sent to its answer. */
export type Answered = {
  readonly offered: number
  /** Neither connection nor patience was left for the others. */
  readonly sent: number
  readonly answered: number
  /** Answered with something else than "Order received", by what it was. */
  readonly refused: Readonly<Record<string, number>>
  readonly failed: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly p999Ms: number
  readonly maxMs: number
  /** How late this process itself was at worst, which is no fault of the store. */
  readonly lateMs: number
}

/** A browser gives up sooner or later; so do we, and count it. */
const TIMEOUT_MS = 20_000
/** More shoppers than wait for an answer at a time are not sent in, and counted as dropped. */
const MOST_UNDER_WAY = 2000

const agents = new Map<number, Agent>()

function agentOf(connections: number): Agent {
  let agent = agents.get(connections)
  if (!agent) {
    agent = new Agent({ connections, pipelining: 1, headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS })
    agents.set(connections, agent)
  }
  return agent
}

/** Another shopper's press on the same button: a checkout and a cart of their own, sealed as the store seals them. */
function anotherPress({ storeUrl, path, fields, cart }: FilledForm) {
  const sealed = openCart(cart)
  const checkout = openCheckout(fields.checkout ?? '')
  if (!sealed || !checkout) throw new Error('the form of the bench is not one of the store')
  const checkoutId = checkoutIdFor(checkout.lines[0]?.sku as Sku, randomUUID)
  const body = multipart({ ...fields, email: `${checkoutId}@example.com`, checkout: sealCheckout({ ...checkout, checkoutId }) })
  const cookie = `cart=${sealCart({ ...sealed, checkoutId, shopperId: randomUUID() })}; cart_count=1`
  return { url: new URL(path, storeUrl), body, headers: { accept: 'text/html', origin: storeUrl, cookie, 'content-type': body.type } }
}

/** Where the store led: the path without what is an order's or a note's own. */
async function press(form: FilledForm, dispatcher: Dispatcher): Promise<string> {
  const { url, body, headers } = anotherPress(form)
  const response = await request(url, { method: 'POST', dispatcher, headers, body: body.bytes })
  await response.body.dump()
  return response.statusCode === 303 ? String(response.headers.location) : `status ${response.statusCode}`
}

/** So many shoppers, each pressing anew once answered. */
async function pressFor({ form, clients, seconds }: Closed) {
  const dispatcher = agentOf(clients)
  const startedAt = performance.now()
  let answered = 0
  const shopper = async () => {
    while (performance.now() - startedAt < seconds * 1000) {
      const led = await press(form, dispatcher)
      if (!led.startsWith(form.leadsTo)) throw new Error(`a press of the bench led to ${led}`)
      answered += 1
    }
  }
  await Promise.all(Array.from({ length: clients }, shopper))
  return { perSecond: answered / ((performance.now() - startedAt) / 1000) }
}

/** Shoppers come at a steady rate, however slow the store is, as a crowd does. */
async function offer({ form, perSecond, seconds }: Open): Promise<Answered> {
  const dispatcher = agentOf(MOST_UNDER_WAY)
  const histogram = hdr.build({ lowestDiscernibleValue: 1, highestTrackableValue: 120_000_000, numberOfSignificantValueDigits: 3 })
  const offered = Math.round(perSecond * seconds)
  const refused: Record<string, number> = {}
  const startedAt = performance.now()
  let due = 0
  let sent = 0
  let underWay = 0
  let answered = 0
  let failed = 0
  let lateMs = 0
  const send = async (dueAt: number) => {
    sent += 1
    underWay += 1
    lateMs = Math.max(lateMs, performance.now() - dueAt)
    try {
      const led = await press(form, dispatcher)
      if (led.startsWith(form.leadsTo)) answered += 1
      else refused[kindOf(led)] = (refused[kindOf(led)] ?? 0) + 1
    } catch {
      failed += 1
    }
    // Whoever got no answer has waited too.
    histogram.recordValue(Math.max(1, Math.round((performance.now() - dueAt) * 1000)))
    underWay -= 1
  }
  while (due < offered || underWay > 0) {
    const dueBy = Math.min(offered, Math.floor(((performance.now() - startedAt) * perSecond) / 1000))
    for (; due < dueBy; due += 1) if (underWay < MOST_UNDER_WAY) void send(startedAt + (due / perSecond) * 1000)
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  const percentile = (share: number) => (histogram.totalCount === 0 ? 0 : histogram.getValueAtPercentile(share) / 1000)
  return {
    ...{ offered, sent, answered, refused, failed, lateMs },
    ...{ p50Ms: percentile(50), p99Ms: percentile(99), p999Ms: percentile(99.9), maxMs: histogram.maxValue / 1000 },
  }
}

function kindOf(led: string): string {
  return led.split('?')[0] ?? led
}

export const handlers = { pressFor, offer }

serve(handlers)
