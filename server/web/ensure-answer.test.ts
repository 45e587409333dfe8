import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { ensureAnswer } from './ensure-answer.ts'
import { PROBLEM_POLICY } from './problem-page.ts'

let server: http.Server
afterEach(() => {
  server.close()
  server.closeAllConnections()
})

type Answer = Parameters<typeof ensureAnswer>[0]

async function askOf(answer: Answer): Promise<Response> {
  server = http.createServer(ensureAnswer(answer, { 'x-frame-options': 'DENY' }))
  await new Promise<void>((resolve) => server.listen(0, resolve))
  return fetch(`http://localhost:${(server.address() as AddressInfo).port}/`)
}

test.each<[string, Answer]>([
  [
    'at once',
    (_, response) => {
      response.setHeader('content-encoding', 'br')
      response.writeHead(200, { 'x-of-a-page': 'two\r\nlines' })
    },
  ],
  ['later', async () => Promise.reject(new Error('broken'))],
  [
    'where what Next sends is looked at on its way out',
    async (_, response) => {
      response.writeHead = response.end = () => {
        throw new Error('broken')
      }
      response.end()
    },
  ],
])('whoever asks for what breaks %s is told so in words', async (_, answer) => {
  const { status, headers, text } = await askOf(answer).then(async (response) => ({
    status: response.status,
    headers: Object.fromEntries(response.headers),
    text: await response.text(),
  }))
  expect([status, text]).toEqual([500, expect.stringContaining('Something went wrong on our side')])
  expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-frame-options': 'DENY' })
  expect(headers['content-security-policy']).toBe(PROBLEM_POLICY)
})

test('whoever has been sent a part of what breaks is sent no more, and does not wait', async () => {
  const answer = await askOf(async (_, response) => {
    response.writeHead(200)
    response.write('half of it')
    throw new Error('broken')
  })
  await expect(answer.text()).rejects.toThrow()
})
