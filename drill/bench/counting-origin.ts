import http from 'node:http'

/** What reaches a web process, told apart by what it is for. */
export type Reached = { readonly kind: 'page' | 'stock'; readonly atMs: number }

/** Stands between an edge and the web process at `url`, and remembers what goes through it. */
export async function startCountingOrigin(url: string): Promise<{ address: string; reached: Reached[]; close(): void }> {
  const reached: Reached[] = []
  const server = http.createServer((request, response) => {
    reached.push({ kind: request.url?.startsWith('/api/stock') ? 'stock' : 'page', atMs: performance.now() })
    const { method = 'GET', headers } = request
    const onward = http.request(new URL(request.url ?? '/', url), { method, headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    onward.once('error', () => response.destroy())
    request.pipe(onward)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  return { address: `127.0.0.1:${(server.address() as { port: number }).port}`, reached, close }
}
