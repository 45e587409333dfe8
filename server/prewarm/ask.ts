import http from 'node:http'
import https from 'node:https'
import { fail, ok, type Result } from '#/domain/result.ts'
import type { Place } from './place.ts'
import type { Question } from './question.ts'

/** As it came: nothing is decoded, and no redirect followed. */
export type Answered = {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly bytes: number
  /** What came, where the question wanted to read it. */
  readonly text: string
}

export type Unanswered = { readonly ok: false; readonly code: 'UNANSWERED'; readonly why: string }

/** A page, a tree or a photograph of ours is a tenth of this. */
const MOST_BYTES = 8 * 1024 * 1024
/** Longer than a page takes to be rendered, by a process that has much to do. */
const REQUEST_MS = 15_000

type Wanted = {
  /** With `HEAD`, `bytes` is what the answer says of its length. */
  readonly method?: Method
  readonly headers?: Readonly<Record<string, string>>
  readonly mostBytes?: number
  readonly keep?: boolean
}

export type Method = 'GET' | 'HEAD'

/** Asks over connections that it keeps, `atOnce` of them at most for each address. */
export class Asker {
  readonly #agents: { readonly 'http:': http.Agent; readonly 'https:': https.Agent }
  readonly #signal: AbortSignal
  readonly #requestMs: number

  constructor(atOnce: number, signal: AbortSignal, requestMs = REQUEST_MS) {
    const options = { keepAlive: true, maxSockets: atOnce }
    this.#agents = { 'http:': new http.Agent(options), 'https:': new https.Agent(options) }
    this.#signal = signal
    this.#requestMs = requestMs
  }

  /** Never throws for what the other end does, only where this end was told to stop. */
  async ask(place: Place, target: string, wanted: Wanted = {}): Promise<Result<Answered, Unanswered>> {
    const first = await this.#once(place, target, wanted)
    // A connection that was kept, and closed by the other end at that moment: the question never arrived.
    const answer = first === 'closed' ? await this.#once(place, target, wanted) : first
    this.#signal.throwIfAborted()
    return answer === 'closed' ? unanswered('the connection was closed') : answer
  }

  close(): void {
    for (const agent of Object.values(this.#agents)) agent.destroy()
  }

  #once(place: Place, target: string, wanted: Wanted): Promise<Result<Answered, Unanswered> | 'closed'> {
    const { method = 'GET', headers, mostBytes = MOST_BYTES, keep = false } = wanted
    const { protocol, hostname, port } = new URL(place.origin)
    const isSecure = protocol === 'https:'
    const timeout = AbortSignal.timeout(this.#requestMs)
    return new Promise((resolve) => {
      const asking = (isSecure ? https : http).request({
        agent: this.#agents[isSecure ? 'https:' : 'http:'],
        hostname: hostname.replace(/^\[|\]$/g, ''),
        port,
        method,
        path: target,
        headers: { host: new URL(place.publicOrigin).host, 'user-agent': 'saleday-prewarm', ...headers },
        signal: AbortSignal.any([this.#signal, timeout]),
      })
      const failed = (error: Error & { code?: string }) => {
        if (timeout.aborted) resolve(unanswered(`nothing whole came within ${this.#requestMs / 1000} s`))
        else if (asking.reusedSocket && error.code === 'ECONNRESET') resolve('closed')
        else resolve(unanswered(error.code ?? error.message))
      }
      let isWhole = () => false
      asking.on('error', failed)
      // What ends without a word, as an answer that asks for another protocol does.
      asking.on('close', () => isWhole() || failed(new Error('the connection was closed')))
      asking.on('response', (response) => {
        isWhole = () => response.complete
        const chunks: Buffer[] = []
        let bytes = 0
        response.on('error', failed)
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length
          if (keep) chunks.push(chunk)
          if (bytes <= mostBytes) return
          resolve(unanswered(`it is more than ${mostBytes / 1024 / 1024} MB`))
          asking.destroy()
        })
        response.on('end', () => {
          const said = response.headers as Answered['headers']
          if (method === 'HEAD') bytes = Number(said['content-length'] ?? 1)
          resolve(ok({ status: response.statusCode ?? 0, headers: said, bytes, text: Buffer.concat(chunks).toString() }))
        })
      })
      asking.end()
    })
  }
}

/** What is asked to know how a question is answered; only a page's plain document is read. `method`: how files are asked for. */
export function askFor(asker: Asker, place: Place, question: Question, method: Method): Promise<Result<Answered, Unanswered>> {
  const { kind, path, encoding } = question
  switch (kind) {
    case 'page':
      return asker.ask(place, path, {
        headers: { accept: 'text/html', 'accept-encoding': encoding },
        keep: encoding === 'identity',
      })
    case 'tree':
      return asker.ask(place, `${path}?_rsc=`, { headers: { rsc: '1', 'accept-encoding': encoding } })
    default:
      return asker.ask(place, path, { method, headers: { accept: '*/*', 'accept-encoding': encoding } })
  }
}

export function unanswered(why: string): Unanswered {
  return fail('UNANSWERED', { why })
}
