import { once } from 'node:events'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Answer = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void

/** Whoever stands in front may ask that by itself, however the process answers otherwise. */
const ALIVE = '/api/health/live'

/** A web process that a test tells what to answer, and that remembers what it was asked. */
export class StandIn {
  readonly asked: { readonly method: string; readonly url: string; readonly headers: IncomingMessage['headers']; readonly body: string }[] =
    []
  answer: Answer = page
  port = 0
  #server: http.Server | null = null

  async start(): Promise<void> {
    this.#server = http.createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const { method = '', url = '', headers } = request
        if (url === ALIVE) {
          response.end()
          return
        }
        const body = Buffer.concat(chunks)
        this.asked.push({ method, url, headers, body: body.toString() })
        this.answer(request, response, body)
      })
    })
    this.#server.listen(this.port, '127.0.0.1')
    await once(this.#server, 'listening')
    this.port = (this.#server.address() as AddressInfo).port
  }

  /** As a killed process: nobody listens any more, and who was being answered is cut off. */
  async kill(): Promise<void> {
    const server = this.#server
    this.#server = null
    server?.closeAllConnections()
    await new Promise((closed) => (server ? server.close(closed) : closed(null)))
  }
}

let made = 0

/** A page for everybody, another one each time. */
export const page: Answer = ({ url }, response) => {
  made += 1
  response.writeHead(200, { 'content-type': 'text/html', 'cache-control': 's-maxage=300', etag: `"${made}"`, 'cache-tag': 'catalogue' })
  response.end(`page ${made} of ${url}`)
}

export const answerWith =
  (status: number, headers: Record<string, string | string[]> = {}, body = `answer ${status}`): Answer =>
  (_, response) => {
    response.writeHead(status, headers)
    response.end(body)
  }
