import { mkdtemp, rm } from 'node:fs/promises'
import http from 'node:http'
import os from 'node:os'
import path from 'node:path'
import nodemailer from 'nodemailer'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type ReadyProcess, spawnReady, stopProcess } from '../../stack/spawn-ready.ts'
import type { Message } from './mailbox.ts'

let folder: string
let server: ReadyProcess

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'mail-'))
  await start()
})

afterEach(async () => {
  await stopProcess(server.child, 'SIGTERM', 5000)
  await rm(folder, { recursive: true })
})

async function start(): Promise<void> {
  const args = ['scripts/local/mail/main.ts', '--data', folder]
  server = await spawnReady(process.execPath, args, { ready: /listening (smtp:\S+) (http:\S+)/, timeoutMs: 10_000 })
}

const send = (mail: { subject?: string; text?: string; html?: string; to?: string }) =>
  nodemailer
    .createTransport({ url: server.match[1], connectionTimeout: 5000 })
    .sendMail({ from: 'Shop <shop@example.com>', to: 'ann@example.com', subject: 'Hello', text: 'Hi', messageId: '<one@shop>', ...mail })
const get = (name: string) => fetch(new URL(name, server.match[2]))
const messages = async () => (await (await get('/api/messages')).json()) as Message[]

test('what is sent over SMTP can be read, newest first', async () => {
  await send({ subject: 'First', text: 'One\nline' })
  await send({ subject: 'Second', html: '<p>Två</p>' })
  const [second, first] = await messages()
  expect(second).toMatchObject({ subject: 'Second', html: expect.stringContaining('Två') })
  expect(first).toMatchObject({ subject: 'First', from: 'shop@example.com', to: ['ann@example.com'], messageId: '<one@shop>' })
  expect(first?.text.trim()).toBe('One\nline')
})

test('shows each message to people, with everything in it escaped', async () => {
  await send({ subject: '<script>alert(1)</script>', text: '<b>bold</b>', html: '<script>alert(2)</script>' })
  const [message] = await messages()
  const list = await (await get('/')).text()
  const page = await get(`/messages/${message?.id}`)
  const body = await page.text()
  for (const text of [list, body]) expect(text).not.toContain('<script>')
  expect(body).toContain('&#60;b&#62;bold')
  expect(body).toContain('<iframe sandbox')
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
  const framed = await get(`/messages/${message?.id}/html`)
  expect(framed.headers.get('content-security-policy')).toContain('sandbox')
})

test('keeps its messages through kill -9', async () => {
  await send({ subject: 'Kept' })
  await stopProcess(server.child, 'SIGKILL', 1000)
  await start()
  expect(await messages()).toMatchObject([{ subject: 'Kept' }])
})

test('refuses what is too large, and leads nowhere but to its own messages', async () => {
  await expect(send({ text: 'x'.repeat(1_100_000) })).rejects.toMatchObject({ responseCode: 552 })
  expect(await messages()).toHaveLength(0)
  expect((await get('/messages/..%2f..%2fpackage')).status).toBe(404)
  expect((await get('/nowhere')).status).toBe(404)
})

test('an address that is none is answered like any other, and the mailbox stays up', async () => {
  for (const path of ['//', '/\\', '//[']) {
    const status = await new Promise<number>((resolve, reject) => {
      const { hostname, port } = new URL(server.match[2] ?? '')
      http.get({ hostname, port, path, timeout: 5000 }, (response) => resolve(response.resume().statusCode ?? 0)).once('error', reject)
    })
    expect(status).toBeLessThan(500)
  }
  expect(await messages()).toHaveLength(0)
})

test('refuses on demand, for now or for good, as often as asked', async () => {
  const fault = (body: object) => fetch(new URL('/_local/faults', server.match[2]), { method: 'POST', body: JSON.stringify(body) })
  await fault({ refuse: 'temporarily' })
  await expect(send({})).rejects.toMatchObject({ responseCode: 451 })
  await send({})
  await fault({ refuse: 'permanently', times: 2 })
  await expect(send({})).rejects.toMatchObject({ responseCode: 550 })
  await expect(send({})).rejects.toMatchObject({ responseCode: 550 })
  await send({})
  expect(await messages()).toHaveLength(2)
})

test('can be emptied', async () => {
  await send({})
  await fetch(new URL('/api/messages', server.match[2]), { method: 'DELETE' })
  expect(await messages()).toHaveLength(0)
})
