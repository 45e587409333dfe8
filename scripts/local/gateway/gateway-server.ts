import { createHash, timingSafeEqual } from 'node:crypto'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import type { z } from 'zod'
import { type Answer, answerRequest, toAnswer } from './answer-request.ts'
import { answerAtBank } from './bank-desk.ts'
import type { Page } from './bank-page.ts'
import { OUT_OF_ORDER, toHtml } from './bank-page.ts'
import type { Books } from './books.ts'
import { Faults, faultError, faultRules } from './faults.ts'
import { parseFormBody } from './form-body.ts'
import { GatewayError, invalidRequest } from './gateway-error.ts'
import { newId } from './objects.ts'
import { type Desk, findOperation } from './operations.ts'
import { settlePayments, settleRefunds } from './settle-later.ts'
import { stripeJs } from './stripe-js.ts'
import { UnderWay } from './under-way.ts'
import { type WebhookFaults, webhookRules } from './webhook-faults.ts'

const MAX_BODY_BYTES = 64 * 1024
const BANK = '/_local/bank'

export type Gateway = { readonly books: Books; readonly underWay: UnderWay; readonly now: () => number; readonly key: string }

export function newGateway(books: Books, key: string, now: () => number): Gateway {
  return { books, key, now, underWay: new UnderWay() }
}

/** The HTTP face of the gateway: Stripe's endpoints under /v1, and its own under /_local. */
export function gatewayServer(gateway: Gateway, webhookFaults: WebhookFaults): http.Server {
  const { books, underWay, now, key } = gateway
  const faults = new Faults()
  let requests = 0
  const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const desk: Desk = { books, now, bankUrl: () => `${url()}${BANK}` }
  const server = http.createServer(async (request, response) => {
    try {
      const asked = new URL(request.url ?? '/', url())
      const body = await readBody(request)
      if (asked.pathname === '/_local/health') return send(response, { status: 200, body: { ok: true } })
      if (asked.pathname === '/_local/stripe.js') return sendScript(response, stripeJs(url()))
      if (asked.pathname.startsWith(`${BANK}/`)) return await answerBank(request, response, asked, body)
      const isBrowser = request.method === 'POST' && asked.pathname === '/v1/confirmation_tokens'
      if (isBrowser) response.setHeader('access-control-allow-origin', '*')
      const isAllowed = isBrowser ? hasPublishableKey(body) : isKey(request.headers.authorization, key)
      if (!isAllowed) throw unauthorized()
      if (asked.pathname.startsWith('/_local/')) return send(response, await local(request.method ?? '', asked.pathname, body))
      const answer = await answerStripe(request, asked, body)
      if (answer) send(response, answer)
      else response.socket?.destroy()
    } catch (error) {
      if (!(error instanceof GatewayError)) console.error(error)
      const failure =
        error instanceof GatewayError ? error : new GatewayError(500, { type: 'api_error', message: 'The gateway has a bug.' })
      send(response, toAnswer({ answer: failure }))
    }
  })
  return server

  /** Null when a fault has taken the connection away. */
  async function answerStripe(request: http.IncomingMessage, { pathname: path, searchParams: query }: URL, body: string) {
    requests += 1
    const method = request.method ?? ''
    const operation = findOperation(desk, { method, path, query, params: method === 'GET' ? {} : parseFormBody(body) })
    if (!operation) {
      throw new GatewayError(404, { type: 'invalid_request_error', message: `Unrecognized request URL (${method}: ${path}).` })
    }
    const fault = faults.take({ method, path, operation: operation.name })
    if (fault?.drop === 'before') return null
    const idempotencyKey = [request.headers['idempotency-key']].flat()[0]
    const answer = await answerRequest(books, underWay, now, operation, { method, path, body, idempotencyKey }, async () => {
      if (fault?.delayMs) await setTimeout(fault.delayMs)
      if (fault?.status) throw faultError(fault.status)
    })
    return fault?.drop === 'after' ? null : answer
  }

  /** The bank's page asks for no key: its address is one, which only the customer is told. */
  async function answerBank(request: http.IncomingMessage, response: http.ServerResponse, asked: URL, body: string): Promise<void> {
    const method = request.method ?? ''
    const fault = method === 'POST' ? faults.take({ method, path: asked.pathname, operation: 'bank.answer' }) : null
    if (fault?.drop === 'before') return void response.socket?.destroy()
    if (fault?.delayMs) await setTimeout(fault.delayMs)
    if (fault?.status) return sendPage(response, { ...OUT_OF_ORDER, status: fault.status })
    const at = await answerAtBank(gateway, { method, url: asked, body })
    if (fault?.drop === 'after') return void response.socket?.destroy()
    if ('backUrl' in at) {
      response.writeHead(303, { location: at.backUrl, 'cache-control': 'no-store' })
      response.end()
    } else sendPage(response, at)
  }

  async function local(method: string, path: string, body: string): Promise<Answer> {
    switch (`${method} ${path.slice('/_local/'.length)}`) {
      case 'GET books':
        return { status: 200, body: { intents: books.intents(), charges: books.charges(), refunds: books.refunds() } }
      case 'GET requests':
        return { status: 200, body: { count: requests } }
      case 'POST refunds/settle':
        await settleRefunds(gateway, 0)
        break
      case 'POST payments/settle':
        await settlePayments(gateway, 0)
        break
      case 'DELETE faults':
        faults.set([])
        webhookFaults.set([])
        await books.releaseDeliveries()
        break
      case 'POST faults':
        faults.set(parseRules(faultRules, body))
        break
      case 'POST webhook-faults':
        webhookFaults.set(parseRules(webhookRules, body))
        break
      default:
        throw new GatewayError(404, { type: 'invalid_request_error', message: `Nothing at ${method} ${path}.` })
    }
    return { status: 200, body: { ok: true } }
  }
}

function parseRules<T>(schema: z.ZodType<T>, text: string): T {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw invalidRequest('The body is not JSON.')
  }
  const rules = schema.safeParse(json)
  if (!rules.success) throw invalidRequest(rules.error.message)
  return rules.data
}

function send(response: http.ServerResponse, { status, body, replayed }: Answer): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'request-id': newId('req'),
    ...(replayed ? { 'idempotent-replayed': 'true' } : {}),
  })
  response.end(JSON.stringify(body))
}

function sendScript(response: http.ServerResponse, script: string): void {
  response.writeHead(200, { 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'no-cache' })
  response.end(script)
}

function sendPage(response: http.ServerResponse, page: Page): void {
  response.writeHead(page.status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    // No form-action: it would forbid the way back to the shop.
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
  })
  response.end(toHtml(page))
}

async function readBody(request: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_BODY_BYTES) throw new GatewayError(413, { type: 'invalid_request_error', message: 'The request is too large.' })
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

function isKey(authorization: string | undefined, key: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(authorization ?? ''), hash(`Bearer ${key}`))
}

/** Any of a rehearsal: it opens nothing but the way to a token. */
function hasPublishableKey(body: string): boolean {
  return /^pk_test_\w{1,200}$/.test(new URLSearchParams(body).get('key') ?? '')
}

function unauthorized(): GatewayError {
  return new GatewayError(401, { type: 'invalid_request_error', message: 'Invalid API Key provided.' })
}
