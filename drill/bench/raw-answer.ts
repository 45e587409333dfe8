import { request } from 'undici'

/** One answer as it is sent, nothing decoded, and nothing of the connection. What is said of it several times is one text. */
export async function answerOf(url: string, asked: Record<string, string>) {
  const answer = await request(url, { headers: asked })
  const { date: _date, connection: _connection, 'keep-alive': _keepAlive, ...said } = answer.headers
  const headers = Object.fromEntries(Object.entries(said).map(([name, value]) => [name, [value ?? ''].flat().join(', ')]))
  return { status: answer.statusCode, headers, body: new Uint8Array(await answer.body.arrayBuffer()) }
}
