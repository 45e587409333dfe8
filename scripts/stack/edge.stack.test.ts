import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { EdgeRig } from './edge-rig.ts'
import { answerWith } from './stand-in-web.ts'

/** What nginx alone does, beyond edge-rules.stack.test.ts. */
const rig = new EdgeRig('nginx')
const { webs, asked, answerAll, newPage, ask, speak, until } = rig
beforeAll(() => rig.start())
afterAll(() => rig.stop())
beforeEach(() => rig.prepare())

describe('a page for everybody', () => {
  test('goes with its purge, and nobody without the token can order one', async () => {
    const target = newPage()
    const first = await ask(target)
    expect((await fetch(`${rig.edge.controlUrl}/purge`, { headers: { 'x-purge-key': `doc|identity|${target}` } })).status).toBe(403)
    expect((await ask(target)).text).toBe(first.text)
    expect(await rig.edge.purge(`doc|identity|${target}`)).toBe(true)
    expect((await ask(target)).text).not.toBe(first.text)
    expect(await rig.edge.purge(`doc|identity|/p/nobody-has-it`)).toBe(false)
  })

  test('is the new one for everybody once it was purged, whoever of nginx has its file open', async () => {
    const target = newPage()
    // On many connections at once, so that each of nginx' processes has it.
    const askAll = async () => new Set((await Promise.all(Array.from({ length: 60 }, () => ask(target)))).map(({ text }) => text))
    await ask(target)
    for (let n = 0; n < 5; n += 1) {
      const before = await askAll()
      expect(before.size).toBe(1)
      expect(await rig.edge.purge(`doc|identity|${target}`)).toBe(true)
      const { text } = await ask(target)
      expect(before).not.toContain(text)
      expect(await askAll()).toEqual(new Set([text]))
    }
  })

  test('is kept over a restart', async () => {
    const target = newPage()
    const { text } = await ask(target)
    await rig.edge.kill('SIGQUIT')
    await rig.edge.start()
    expect(await ask(target)).toMatchObject({ text, layers: 'edge; hit' })
  })

  test('lies where its key and its tags can be read', async () => {
    const target = newPage()
    await ask(target, { headers: { 'accept-encoding': 'br' } })
    const files = fs
      .readdirSync(path.join(rig.edge.folder, 'pages'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
    const kept = files.map((entry) => fs.readFileSync(path.join(entry.parentPath, entry.name), 'latin1'))
    const own = kept.find((content) => content.includes(`\nKEY: doc|br|${target}\n`))
    expect(own).toMatch(/\r\ncache-tag: catalogue\r\n/i)
  })
})

test('an order that nobody has taken yet goes to the other one', async () => {
  const [web, other] = webs
  await web?.kill()
  answerAll(answerWith(303, { location: '/orders/1' }))
  for (let n = 0; n < 6; n += 1) expect((await ask('/checkout', { method: 'POST', body: 'order' })).status).toBe(303)
  expect(other?.asked).toHaveLength(6)
  await web?.start()
})

describe('straight from disk', () => {
  const write = (file: string, bytes: string | Buffer) => {
    fs.mkdirSync(path.dirname(path.join(rig.stack.folder, file)), { recursive: true })
    fs.writeFileSync(path.join(rig.stack.folder, file), bytes)
  }
  const FOR_EVER = 'public, max-age=31536000, immutable'

  test('assets, as they were compressed ahead, for ever', async () => {
    const script = 'console.log(1)'
    const [file, target] = ['assets/_next/static/chunks/a.js', '/_next/static/chunks/a.js']
    write(file, script)
    write(`${file}.gz`, gzipSync(script))
    write(`${file}.br`, brotliCompressSync(script))
    const bodies = [
      await ask(target),
      await ask(target, { headers: { 'accept-encoding': 'gzip' } }),
      await ask(target, { headers: { 'accept-encoding': 'gzip, br' } }),
    ]
    expect(bodies.map(({ headers }) => headers['content-encoding'])).toEqual([undefined, 'gzip', 'br'])
    expect(bodies.map(({ bytes }) => bytes)).toEqual([Buffer.from(script), gzipSync(script), brotliCompressSync(script)])
    for (const { headers, layers } of bodies) {
      expect(headers).toMatchObject({
        'cache-control': FOR_EVER,
        'content-type': 'text/javascript',
        vary: 'Accept-Encoding',
        'x-content-type-options': 'nosniff',
      })
      expect(layers).toBe('edge; hit; detail=disk')
    }
    expect(asked()).toEqual([])
  })

  test('photographs that are encoded; those that are not yet are asked for, once for a moment', async () => {
    const id = '0123456789abcdef'
    write(`media/${id}/544.avif`, 'encoded')
    expect((await ask(`/media/${id}/544.avif`)).headers).toMatchObject({
      'cache-control': FOR_EVER,
      'content-type': 'image/avif',
      'cross-origin-resource-policy': 'cross-origin',
    })
    expect((await ask(`/media/${id}/544.avif`, { headers: { range: 'bytes=0-2' } })).text).toBe('enc')
    expect(asked()).toEqual([])
    answerAll(answerWith(200, { 'cache-control': 'public, max-age=5, s-maxage=5', 'content-type': 'image/jpeg' }, 'photograph'))
    for (let n = 0; n < 3; n += 1) expect((await ask(`/media/${id}/352.avif?${n}`)).text).toBe('photograph')
    expect(asked().map(({ url }) => url)).toEqual([`/media/${id}/352.avif`])
  })

  test('what is not there while no web process can be reached is away, like everything else', async () => {
    for (const web of webs) await web.kill()
    try {
      for (const target of ['/_next/static/chunks/none.js', '/media/0123456789abcdef/768.avif', '/cart']) {
        const { status, text, headers } = await ask(target)
        expect([target, status, text.includes('trying again is safe')]).toEqual([target, 503, true])
        expect(headers).toMatchObject({ 'cache-control': 'no-store', 'retry-after': '5' })
      }
    } finally {
      for (const web of webs) await web.start()
    }
  })

  test('no empty file is believed for a year', async () => {
    write('media/0123456789abcdef/672.avif', '')
    expect((await ask('/media/0123456789abcdef/672.avif')).headers['cache-control']).toBe('no-store')
  })

  test('no original, no draft, nothing beside, and nothing that a link leads to', async () => {
    const id = '0123456789abcdef'
    write(`media/originals/${id}.jpg`, 'secret')
    write(`media/${id}/544.avif.draft.part`, 'secret')
    write('secret/544.avif', 'secret')
    write('media-secret.jpg', 'secret')
    fs.symlinkSync(path.join(rig.stack.folder, 'secret'), path.join(rig.stack.folder, 'media/fedcba9876543210'))
    answerAll(answerWith(404, { 'cache-control': 'no-store' }, 'not here'))
    for (const target of [
      `/media/originals/${id}.jpg`,
      `/media/${id}/../originals/${id}.jpg`,
      `/media/${id}/..%2foriginals/${id}.jpg`,
      `/media/${id}/544.avif.draft.part`,
      '/media/fedcba9876543210/544.avif',
      '/_next/static/../../media-secret.jpg',
      '/_next/static/..%2f..%2f..%2fmedia-secret.jpg',
      '/_next/static/chunks/',
    ]) {
      const said = await speak(`GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
      expect(said, target).toMatch(/^HTTP\/1.1 40[04]/)
      expect(said, target).not.toContain('secret')
    }
  })
})

describe('what is asked is bounded', () => {
  test.each([
    ['a header of 9 KB', `GET / HTTP/1.1\r\nHost: localhost\r\nX-Big: ${'x'.repeat(9000)}\r\n\r\n`, /^HTTP\/1.1 400/],
    [
      'headers of 40 KB',
      `GET / HTTP/1.1\r\nHost: localhost\r\n${Array.from({ length: 8 }, (_, n) => `X-${n}: ${'x'.repeat(5000)}\r\n`).join('')}\r\n`,
      /^HTTP\/1.1 400/,
    ],
    ['an address of 16 KB', `GET /p/x?${'x'.repeat(16_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`, /^HTTP\/1.1 414/],
    [
      'a body of 70 KB',
      'POST /checkout HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 71680\r\n\r\n',
      /^HTTP\/1.1 413/,
    ],
    ['two lengths', 'POST /checkout HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx', /^HTTP\/1.1 400/],
    [
      'a length and chunks',
      'POST /checkout HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      /^HTTP\/1.1 400/,
    ],
    ['no host', 'GET / HTTP/1.1\r\n\r\n', /^HTTP\/1.1 400/],
  ])('%s is refused without a web process', async (_, bytes, expected) => {
    expect(await speak(bytes)).toMatch(expected)
    expect(asked()).toEqual([])
  })

  test('who begins to ask and does not go on is let go of, and no web process has waited', async () => {
    const began = ['GET /cart HTT', 'POST /checkout HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nbegan']
    await Promise.all(began.map((bytes) => speak(bytes)))
    expect(asked()).toEqual([])
  })

  test('an address that has too many requests under way waits for its own, and nobody else does', async () => {
    const held: (() => void)[] = []
    const statuses: number[] = []
    // A word now and then, or nginx would take a web process that says nothing for one that hangs.
    answerAll((_, response) => {
      const saying = setInterval(() => response.write('x'), 1000)
      held.push(() => {
        clearInterval(saying)
        response.end('x')
      })
    })
    const many = Array.from({ length: 300 }, async () => statuses.push((await ask('/cart')).status))
    await until('the rest was refused', async () => asked().length === 256 && statuses.length === 44)
    expect(new Set(statuses)).toEqual(new Set([429]))
    for (const target of ['/_next/static/chunks/none.js', '/media/0123456789abcdef/960.avif', '/cart'])
      expect(await ask(target)).toMatchObject({ status: 429, headers: { 'retry-after': '2' }, text: expect.stringContaining('One moment') })
    const elsewhere = net.connect({ port: Number(new URL(rig.edge.url).port), host: '127.0.0.1', localAddress: '127.0.0.2' })
    elsewhere.write('GET /cart HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
    await until('somebody else has asked', async () => asked().length === 257)
    for (const answer of held) answer()
    await Promise.all(many)
    elsewhere.destroy()
  })

  test('nobody becomes another by what he says', async () => {
    for (const name of ['x-forwarded-for', 'x-real-ip', 'forwarded']) {
      rig.forget()
      await ask('/cart', { from: '127.0.0.1', headers: { [name]: '203.0.113.7' } })
      expect(asked()[0]?.headers).toMatchObject({ 'x-forwarded-for': '127.0.0.1' })
    }
  })

  test('forms of one address come at a bounded rate', async () => {
    answerAll(answerWith(303, { location: '/cart' }))
    const post = () => ask('/cart/lines', { method: 'POST', body: 'x' })
    // In rows, so that it is not the bound on requests under way that refuses some.
    const answers: Awaited<ReturnType<typeof post>>[] = []
    const pressOn = async () => {
      while (answers.length < 5000 && !answers.some(({ status }) => status === 429)) answers.push(await post())
    }
    await Promise.all(Array.from({ length: 50 }, pressOn))
    expect(answers.filter(({ status }) => status === 303).length).toBeGreaterThanOrEqual(200)
    const refused = answers.filter(({ status }) => status === 429)
    expect(refused.length).toBeGreaterThan(0)
    for (const { text, headers } of refused) {
      expect(text).toContain('trying again is safe')
      expect(headers).toMatchObject({ 'cache-control': 'no-store', 'content-type': 'text/html', 'retry-after': '2' })
    }
  })
})

describe('behind who is trusted to say for whom he asks', () => {
  const TERMINATOR = '127.0.0.2'
  const rig = new EdgeRig('nginx', [TERMINATOR, '198.51.100.0/24'])
  beforeAll(() => rig.start())
  afterAll(() => rig.stop())
  beforeEach(() => rig.prepare())

  const by = (from: string, said: string) => ({ from, headers: { 'x-forwarded-for': said } })

  test('who asks is whom he names; what a shopper says of himself before that, or a stranger, counts for nothing', async () => {
    for (const [question, expected] of [
      [by(TERMINATOR, '203.0.113.7'), '203.0.113.7'],
      [by(TERMINATOR, '203.0.113.66, 203.0.113.8'), '203.0.113.8'],
      [by(TERMINATOR, '203.0.113.9, 198.51.100.1'), '203.0.113.9'],
      [by('127.0.0.1', '203.0.113.10'), '127.0.0.1'],
    ] as const) {
      rig.forget()
      await rig.ask('/cart', question)
      expect(rig.asked()[0]?.headers['x-forwarded-for']).toBe(expected)
    }
  })

  test('what one shopper may ask is bounded for him alone', async () => {
    rig.answerAll(answerWith(303, { location: '/cart' }))
    const post = async (said: string) => (await rig.ask('/cart/lines', { method: 'POST', body: 'x', ...by(TERMINATOR, said) })).status
    let isRefused = false
    const pressOn = async () => {
      for (let n = 0; n < 100 && !isRefused; n += 1) if ((await post('203.0.113.11')) === 429) isRefused = true
    }
    await Promise.all(Array.from({ length: 50 }, pressOn))
    expect(isRefused).toBe(true)
    expect(await post('203.0.113.12')).toBe(303)
  })
})
