import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sku } from '#/domain/sku.ts'
import { tags } from '#/server/cache/manifest.ts'
import { edit } from '#/server/catalog/edit.ts'
import { setSaleWindow } from '#/server/catalog/edit-catalog.ts'
import { connectDatabase, type Db } from '#/server/db/client.ts'
import { type DrillStore, startDrillStore } from './drill-store.ts'
import { until } from './merchant.ts'

let store: DrillStore
let db: Db

beforeAll(async () => {
  store = await startDrillStore()
  db = connectDatabase(store.postgres.url, 2)
})
afterAll(async () => {
  await db.$disconnect()
  await store.stop()
})

async function get(path: string, headers: Record<string, string> = {}) {
  const response = await fetch(store.url + path, { headers: { accept: 'text/html', ...headers }, signal: AbortSignal.timeout(20_000) })
  return { status: response.status, headers: response.headers, html: await response.text() }
}

const statusOf = async (path: string) => (await get(path)).status

/** Every file that the web process keeps of pages. */
const keptFiles = () => readdirSync(store.buildFolder, { recursive: true, encoding: 'utf8' }).sort()

const listed = async () => [...(await get('/sitemap.xml')).html.matchAll(/<loc>(.*?)<\/loc>/g)].map(([, url]) => url)

test('a product that is sold no more is gone, says so without JavaScript, and leads on; its variants, lists and the sitemap follow', async () => {
  const path = '/p/potting-scoop'
  expect(await statusOf(path)).toBe(200)
  await until('it is listed', async () => (await listed()).includes(store.url + path))

  await store.merchant.withdraw(sku('SCOOP'))
  await until('it is gone', async () => (await statusOf(path)) === 410)
  for (const encoding of ['identity', 'gzip', 'br']) {
    const { status, html, headers } = await get(path, { 'accept-encoding': encoding })
    expect(status).toBe(410)
    expect(html).toMatch(/<h1>.* is no longer sold<\/h1>/)
    expect(html).toMatch(/<main[\s\S]*<a href="\/c\/[a-z-]+">/)
    expect(html.match(/<main[\s\S]*<\/main>/)?.[0].match(/href="\/p\/[a-z-]+"/g)?.length).toBeGreaterThanOrEqual(2)
    expect(html).toContain('<meta name="robots" content="noindex"/>')
    expect(html).not.toContain('application/ld+json')
    expect(headers.get('content-security-policy')).toContain('sha256-')
  }
  await until('it comes from memory', async () => (await get(path)).headers.get('x-nextjs-cache') === 'HIT')
  const { headers } = await get(path)
  expect((await get(path, { 'if-none-match': headers.get('etag') ?? '' })).status).toBe(304)
  expect(await statusOf(`${path}/made-up`)).toBe(404)
  await until('it is listed no more', async () => !(await listed()).includes(store.url + path))

  await setSaleWindow(db, sku('SCOOP'), { startsAtMs: null, endsAtMs: null }, Date.now())
  await until('it is sold again', async () => (await statusOf(path)) === 200)
  await until('it is listed again', async () => (await listed()).includes(store.url + path))
})

test('a product that was withdrawn as a whole is gone, under the addresses of its variants too; one that was never shown is not found', async () => {
  const options = await db.productOption.findFirstOrThrow({ orderBy: { productCode: 'asc' }, include: { product: true } })
  const { slug, code } = options.product
  const variantPath = `/p/${slug}/${options.values[0]?.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`
  expect([await statusOf(`/p/${slug}`), await statusOf(variantPath)]).toEqual([200, 200])
  await change(code, { withdrawnAt: new Date() })
  await until('it is gone', async () => (await statusOf(`/p/${slug}`)) === 410)
  await until('its variant is', async () => (await statusOf(variantPath)) === 410)
  await change(code, { withdrawnAt: null, publishedAt: null })
  await until('it is not found', async () => (await statusOf(`/p/${slug}`)) === 404)
})

test('a product’s name cannot break out of what the page says to machines, of its title, or of the list it stands on', async () => {
  const name = '</script><script>alert(1)</script><!-- "&amp;'
  await change('TRIPOD', { name })
  const hostile = /<script>alert\(1\)/
  await until('it is renamed', async () => (await get('/p/table-tripod')).html.includes('alert(1)'))
  for (const path of ['/p/table-tripod', '/c/cameras']) {
    await until(`${path} names it`, async () => (await get(path)).html.includes('alert(1)'))
    const { html } = await get(path)
    expect(html).not.toMatch(hostile)
    const [, text = ''] = /<script type="application\/ld\+json">([\s\S]*?)<\/script>/.exec(html) ?? []
    expect(JSON.stringify(JSON.parse(text))).toContain(JSON.stringify(name))
  }
})

test('lists follow a SKU that is sold no more and one that is sold again, and those in the order of prices any new price', async () => {
  const shows = async (list: string, path: string) => (await get(list)).html.includes(`href="${path}"`)
  const [path, list] = ['/p/potting-scoop', '/c/plants']
  await until('it is listed', () => shows(list, path))
  await store.merchant.withdraw(sku('SCOOP'))
  await until('it is listed no more', async () => !(await shows(list, path)))
  await setSaleWindow(db, sku('SCOOP'), { startsAtMs: null, endsAtMs: null }, Date.now())
  await until('it is listed again', () => shows(list, path))

  const [dearest, second] = ['/c/everything/sort-price-high', '/c/everything/sort-price-high/page-2']
  expect(await statusOf(second), 'it is kept by now').toBe(200)
  const last = /<main[\s\S]*href="(\/p\/[a-z0-9-]+)"/.exec((await get(dearest)).html)?.[1] ?? ''
  expect([last === '', await shows(dearest, path)]).toEqual([false, false])
  await store.merchant.setPrice(sku('SCOOP'), 9_999_00)
  await until('it is among the dearest', () => shows(dearest, path))
  await until('which has moved the last of those to the next page', () => shows(second, last))
})

test('a sale shows when it begins and is gone when it ends, though nobody tells; another that is on meanwhile keeps its page', async () => {
  const { slug } = await db.sale.findFirstOrThrow()
  const shown = async () => (await get('/')).html.includes('A sale of its own')
  expect([await statusOf(`/sale/${slug}`), await statusOf('/sale/own'), await shown()]).toEqual([200, 404, false])
  const soon = () => new Date(Date.now() + 3000)
  await db.sale.create({
    data: {
      slug: 'own',
      title: 'A sale of its own',
      text: 'Soon.',
      position: -1,
      startsAt: soon(),
      endsAt: new Date(Date.now() + 3_600_000),
    },
  })
  await until('it has begun', async () => (await shown()) && (await statusOf('/sale/own')) === 200)
  expect(await statusOf(`/sale/${slug}`)).toBe(200)
  await db.sale.update({ where: { slug: 'own' }, data: { endsAt: soon() } })
  await until('it has ended', async () => !(await shown()) && (await statusOf('/sale/own')) === 404)
  expect(await statusOf(`/sale/${slug}`)).toBe(200)
})

const UNKNOWN = Array.from({ length: 40 }, (_, i) => [
  `/p/made-up-${i}`,
  `/p/made-up-${i}/black`,
  `/c/made-up-${i}`,
  `/c/shoes/page-${i + 2}`,
  `/c/shoes/sort-made-up-${i}`,
]).flat()

test('an address that leads nowhere is answered in each encoding, to whoever asks for the head alone, and under the policy of its page', async () => {
  const plain = await get('/p/made-up')
  for (const encoding of ['br', 'gzip']) {
    const { status, headers, html } = await get('/p/made-up', { 'accept-encoding': encoding })
    expect([status, html === plain.html, headers.get('content-encoding')]).toEqual([404, true, encoding])
  }
  const head = await fetch(`${store.url}/p/made-up`, { method: 'HEAD', headers: { 'accept-encoding': 'identity' } })
  expect([head.status, await head.text(), head.headers.get('content-length')]).toEqual([404, '', String(Buffer.byteLength(plain.html))])
  const elsewhere = await get('/nothing/at/all')
  expect(plain.html).toBe(elsewhere.html)
  for (const name of ['content-security-policy', 'cache-control', 'x-frame-options', 'vary'])
    expect([name, plain.headers.get(name)]).toEqual([name, elsewhere.headers.get(name)])
})

test('addresses that lead nowhere are told so without a question to Postgres, and nothing is kept of them', async () => {
  expect(UNKNOWN).toHaveLength(200)
  // What is asked for first may be made first.
  for (const path of UNKNOWN.slice(0, 5)) expect(await statusOf(path)).toBe(404)
  await get('/c/shoes')
  const kept = keptFiles()
  await store.postgres.kill()
  try {
    for (const path of UNKNOWN) {
      const { status, headers, html } = await get(path)
      expect([path, status, headers.get('cache-control')]).toEqual([path, 404, 'no-store'])
      expect(html).toContain('<h1>')
      expect(html, 'no price that an edit would have to reach').not.toContain('€')
      expect(headers.get('x-finished')).toBeNull()
    }
    expect(keptFiles()).toEqual(kept)
  } finally {
    await store.postgres.start()
  }
})

async function change(code: string, data: { name?: string; withdrawnAt?: Date | null; publishedAt?: Date | null }): Promise<void> {
  await edit(db, async (tx, touched) => {
    await tx.product.update({ where: { code }, data })
    touched.tags(tags.product(code), tags.catalogue)
  })
}
