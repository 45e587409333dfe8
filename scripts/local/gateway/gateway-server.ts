import { createHash, timingSafeEqual } from 'node:crypto'
import http from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { type Answer, answerRequest, toAnswer, UnderWay } from './answer-request.ts'
import type { Books } from './books.ts'
import { Faults, faultError, faultRules } from './faults.ts'
import { GatewayError, invalidRequest } from './gateway-error.ts'
import { newId } from './objects.ts'
import { findOperation } from './operations.ts'

const MAX_BODY_BYTES = 64 * 1024

/** The HTTP face of the gateway: Stripe's endpoints under /v1, and its own under /_local. */
export function gatewayServer(books: Books, key: string, now: () => number): http.Server {
  const faults = new Faults()
  const underWay = new UnderWay()
  return http.createServer(async (request, response) => {
    try {
      const url = new URL(request.url ?? '/', 'http://gateway')
      const body = await readBody(request)
      if (url.pathname === '/_local/health') return send(response, { status: 200, body: { ok: true } })
      if (!isKey(request.headers.authorization, key)) throw unauthorized()
      if (url.pathname.startsWith('/_local/')) return send(response, local(request.method ?? '', url.pathname, body))
      const answer = await answerStripe(request, response, url, body)
      if (answer) send(response, answer)
    } catch (error) {
      if (!(error instanceof GatewayError)) console.error(error)
      const failure =
        error instanceof GatewayError ? error : new GatewayError(500, { type: 'api_error', message: 'The gateway has a bug.' })
      send(response, toAnswer({ answer: failure }))
    }
  })

  /** Null when a fault has taken the connection away. */
  async function answerStripe(
    request: http.IncomingMessage,
    response: http.ServerResponse,
    url: URL,
    body: string,
  ): Promise<Answer | null> {
    const method = request.method ?? ''
    const operation = findOperation(books, now, method, url.pathname, url.searchParams)
    if (!operation) {
      throw new GatewayError(404, { type: 'invalid_request_error', message: `Unrecognized request URL (${method}: ${url.pathname}).` })
    }
    const fault = faults.take({ method, path: url.pathname, operation: operation.name })
    if (fault?.drop === 'before') return hangUp(response)
    const idempotencyKey = request.headers['idempotency-key']
    const answer = await answerRequest(
      books,
      underWay,
      now,
      operation,
      { method, path: url.pathname, body, idempotencyKey: Array.isArray(idempotencyKey) ? idempotencyKey[0] : idempotencyKey },
      async () => {
        if (fault?.delayMs) await setTimeout(fault.delayMs)
        if (fault?.status) throw faultError(fault.status)
      },
    )
    return fault?.drop === 'after' ? hangUp(response) : answer
  }

  function local(method: string, path: string, body: string): Answer {
    if (method === 'GET' && path === '/_local/books') return { status: 200, body: { intents: books.intents(), charges: books.charges() } }
    if (method === 'DELETE' && path === '/_local/faults') faults.set([])
    else if (method === 'POST' && path === '/_local/faults') {
      const rules = faultRules.safeParse(parseJson(body))
      if (!rules.success) throw invalidRequest(rules.error.message)
      faults.set(rules.data)
    } else throw new GatewayError(404, { type: 'invalid_request_error', message: `Nothing at ${method} ${path}.` })
    return { status: 200, body: { ok: true } }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw invalidRequest('The body is not JSON.')
  }
}

function hangUp(response: http.ServerResponse): null {
  response.socket?.destroy()
  return null
}

function send(response: http.ServerResponse, { status, body, replayed }: Answer): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'request-id': newId('req'),
    ...(replayed ? { 'idempotent-replayed': 'true' } : {}),
  })
  response.end(JSON.stringify(body))
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

function unauthorized(): GatewayError {
  return new GatewayError(401, { type: 'invalid_request_error', message: 'Invalid API Key provided.' })
}
