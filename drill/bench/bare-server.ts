import http from 'node:http'
import { serve } from './child.ts'

export type Fixed = { readonly headers: Readonly<Record<string, string | string[]>>; readonly body: Uint8Array }

/** The floor: a server that does nothing but send the same bytes with the same headers. */
export const handlers = {
  listen({ headers, body }: Fixed): Promise<number> {
    const bytes = Buffer.from(body)
    const server = http.createServer((_request, response) => {
      response.writeHead(200, headers)
      response.end(bytes)
    })
    return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)))
  },
}

serve(handlers)
