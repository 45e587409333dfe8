import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testEnv } from '#/drill/engine/test-env.ts'
import { answerAsset } from './answer-asset.ts'

const SCRIPT = 'console.log("an older release")'
const folder = mkdtempSync(path.join(tmpdir(), 'assets-'))
const assets = path.join(folder, 'assets')
const server = http.createServer(async (request, response) => {
  if (!(await answerAsset(request, response))) response.writeHead(404).end('left to Next')
})

beforeAll(async () => {
  Object.assign(process.env, testEnv({ ASSETS_DIR: assets }))
  put('chunks/old.js', SCRIPT)
  put('chunks/old.js.br', brotliCompressSync(SCRIPT))
  put('chunks/old.js.gz', gzipSync(SCRIPT))
  put('media/face.s.p.woff2', 'font')
  put('chunks/empty.js', '')
  put('chunks/page.html', '<p>')
  put('chunks/.hidden.js', 'hidden')
  mkdirSync(path.join(assets, '_next/static/folder.js'))
  writeFileSync(path.join(folder, 'secret.js'), 'secret')
  writeFileSync(path.join(assets, 'secret.js'), 'secret')
  symlinkSync(path.join(folder, 'secret.js'), path.join(assets, '_next/static/chunks/link.js'))
  symlinkSync(folder, path.join(assets, '_next/static/away'))
  execFileSync('mkfifo', [path.join(assets, '_next/static/pipe.js')])
  await new Promise<void>((resolve) => server.listen(0, resolve))
})
afterAll(() => {
  server.close()
  rmSync(folder, { recursive: true })
})

function put(name: string, content: string | Buffer): void {
  const file = path.join(assets, '_next/static', name)
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, content)
}

const at = (asked: string) => `http://localhost:${(server.address() as AddressInfo).port}${asked}`
const ask = (name: string, init: RequestInit = {}) => fetch(at(`/_next/static/${name}`), init)

/** As it stands, where `fetch` would put an address right first. */
function askRaw(asked: string, method = 'GET'): Promise<{ status: number | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    const request = http.request(at('/'), { path: asked, method }, async (response) => {
      resolve({ status: response.statusCode, text: Buffer.concat(await response.toArray()).toString() })
    })
    request.once('error', reject).end()
  })
}

test.each(['br', 'gzip', 'identity'])('a file of another release comes as it was, for ever, in %s', async (encoding) => {
  const answer = await ask('chunks/old.js?v=1', { headers: { 'accept-encoding': encoding } })
  expect([answer.status, await answer.text()]).toEqual([200, SCRIPT])
  expect(answer.headers.get('content-encoding') ?? 'identity').toBe(encoding)
  expect(answer.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
  expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
  expect(answer.headers.get('vary')).toBe('Accept-Encoding')
})

test('a file that nothing was to be gained from compressing comes plain', async () => {
  const answer = await ask('media/face.s.p.woff2', { headers: { 'accept-encoding': 'br, gzip' } })
  expect([answer.headers.get('content-encoding'), answer.headers.get('content-type'), await answer.text()]).toEqual([
    null,
    'font/woff2',
    'font',
  ])
})

test('HEAD has the head and no body; who has the file already gets none either, in his own encoding only', async () => {
  const headers = { 'accept-encoding': 'br' }
  const head = await ask('chunks/old.js', { method: 'HEAD', headers })
  const etag = head.headers.get('etag') ?? ''
  expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, `${brotliCompressSync(SCRIPT).length}`, ''])
  const again = (more: Record<string, string>) => ask('chunks/old.js', { headers: { ...headers, ...more } }).then(({ status }) => status)
  expect(await again({ 'if-none-match': etag })).toBe(304)
  expect(await again({ 'if-none-match': etag, 'accept-encoding': 'gzip' })).toBe(200)
})

describe('left to Next, which says that it is not there:', () => {
  test.each([
    ['a file that no release has', '/_next/static/chunks/none.js'],
    ['an empty one', '/_next/static/chunks/empty.js'],
    ['a kind that no build makes', '/_next/static/chunks/page.html'],
    ['a compressed one by its own name', '/_next/static/chunks/old.js.br'],
    ['a hidden one', '/_next/static/chunks/.hidden.js'],
    ['a folder', '/_next/static/folder.js'],
    ['a pipe', '/_next/static/pipe.js'],
    ['a link', '/_next/static/chunks/link.js'],
    ['a way through a link', '/_next/static/away/secret.js'],
    ['a way up', '/_next/static/../../secret.js'],
    ['a way up, encoded', '/_next/static/%2e%2e/%2e%2e/secret.js'],
    ['a way up, encoded slashes', '/_next/static/..%2f..%2fsecret.js'],
    ['a way up with backslashes', '/_next/static/..\\..\\secret.js'],
    ['an address with a NUL', '/_next/static/chunks/old.js%00.js'],
    ['an absolute path', '/_next/static//etc/secret.js'],
    ['what is beside the folder', '/secret.js'],
    ['a name longer than any', `/_next/static/${'a'.repeat(8000)}.js`],
  ])('%s', async (_, asked) => {
    expect(await askRaw(asked)).toEqual({ status: 404, text: 'left to Next' })
  })

  test('anything but to be read', async () => {
    expect((await askRaw('/_next/static/chunks/old.js', 'POST')).status).toBe(404)
  })
})
