import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { Queue } from 'bullmq'
import type { Cluster, Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { copyPhotos } from '#/scripts/stack/kept-photos.ts'
import { Service } from '#/scripts/stack/service.ts'
import { openStateFolder } from '#/scripts/stack/state-folder.ts'
import { storeServices } from '#/scripts/stack/store-services.ts'
import type { TestEdge } from '#/scripts/stack/test-edge.ts'
import { tags } from '#/server/cache/manifest.ts'
import { edit } from '#/server/catalog/edit.ts'
import { connectDatabase, type Db } from '#/server/db/client.ts'
import { variantsOf } from '#/server/media/variant-files.ts'
import { namedIn } from '#/server/prewarm/named-addresses.ts'
import { QUEUE_PREFIX } from '#/server/queues/jobs.ts'
import { producingConnection } from '#/server/redis/connect.ts'
import { readCacheReport } from './cache-report.ts'
import { type DrillStore, startDrillStore } from './drill-store.ts'
import { holdTransaction } from './engine/held-transaction.ts'
import { until } from './merchant.ts'
import { isSettled, startStoreEdge } from './store-edge.ts'

/** A whole store behind a real nginx, made ready for a sale: by the command, and by the job. */
const project = process.cwd()
/** Encoding all photographs of the seed takes minutes, once on a machine. */
const ENCODING_MS = 280_000
const ENCODINGS = ['identity', 'gzip', 'br'] as const

let store: DrillStore
let edge: TestEdge
let db: Db

beforeAll(async () => {
  store = await startDrillStore({ replicas: 2 })
  db = connectDatabase(store.postgres.url, 2)
  await encodePhotographs()
  edge = await startStoreEdge(store)
  await until('the edge is settled', () => isSettled(edge, store))
}, ENCODING_MS + 120_000)
afterAll(async () => {
  await db.$disconnect()
  await store.stop()
})

/** As the media worker will have done in a shop that has been open for a while. */
async function encodePhotographs(): Promise<void> {
  const { media: kept } = openStateFolder(project)
  const own = store.env.MEDIA_DIR ?? ''
  copyPhotos(kept, own)
  const images = await db.image.findMany({ select: { id: true, width: true } })
  const files = images.flatMap(({ id, width }) => variantsOf(width).map((one) => path.join(own, id, `${one.width}.${one.format}`)))
  if (files.every((file) => existsSync(file))) return
  await store.media.start()
  await until('every photograph is encoded', async () => files.every((file) => existsSync(file)), ENCODING_MS)
  await store.media.kill('SIGTERM')
  copyPhotos(own, kept)
}

type Said = { readonly code: number | null; readonly out: string; readonly err: string }

/** The command itself, as `npm run prewarm` starts it, where web processes and edge are named by the environment. */
async function run(words: readonly string[], whileItRuns: (kill: () => void, said: () => string) => void = () => {}): Promise<Said> {
  const env = {
    ...process.env,
    ...store.env,
    PREWARM_URLS: store.replicas.map(({ url }) => url).join(','),
    EDGE_URL: edge.url,
  }
  const child = spawn(process.execPath, ['scripts/prewarm.ts', ...words], { cwd: project, env })
  const said = { out: '', err: '' }
  child.stdout.on('data', (chunk) => (said.out += chunk))
  child.stderr.on('data', (chunk) => {
    said.err += chunk
    whileItRuns(
      () => child.kill('SIGINT'),
      () => said.err,
    )
  })
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, ...said }
}

type Layer = { readonly layer: string; readonly origin: string; readonly first: number | null; readonly ratio: number | null }
const layersIn = ({ out }: Said) => (JSON.parse(out) as { layers: Layer[] }).layers

/** Asks for exactly this, and says which cache had it. */
function ask(target: string, headers: Record<string, string> = {}): Promise<{ status: number; edge: string; text: string }> {
  const { hostname, port } = new URL(edge.url)
  return new Promise((resolve, reject) => {
    const asking = http.request({ hostname, port, path: target, headers, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const said = String(response.headers['cache-status']).split(', ').at(-1) ?? ''
        resolve({ status: response.statusCode ?? 0, edge: said, text: Buffer.concat(chunks).toString() })
      })
    })
    asking.on('error', reject).end()
  })
}

/** How many pages each web process was asked for since it began. */
async function askedOfWebs(): Promise<number[]> {
  const reports = await Promise.all(store.replicas.map((replica) => readCacheReport(store, replica)))
  return reports.map(({ counts }) => Object.values(counts['pages.memory'] ?? {}).reduce((sum, count) => sum + count, 0))
}

describe('the command', () => {
  test('makes a cold edge warm: then nothing that visitors ask for reaches a web process', async () => {
    const said = await run(['--json', '--sale', 'sale-day'])
    expect(said).toMatchObject({ code: 0 })
    const layers = layersIn(said)
    expect(layers.map(({ layer }) => layer)).toEqual(expect.arrayContaining(['memory', 'edge', 'trees', 'photographs', 'files']))
    for (const { layer, ratio } of layers) expect(ratio, layer).toBeGreaterThanOrEqual(0.95)
    expect(layers.find(({ layer }) => layer === 'edge')?.first).toBeLessThan(0.5)

    const before = await askedOfWebs()
    const photographs = new Set<string>()
    const sitemap = (await ask('/sitemap.xml')).text
    const pages = [...sitemap.matchAll(/<loc>http:\/\/[^/]+([^<]*)/g)].map(([, target = '']) => target)
    expect(pages.length).toBeGreaterThan(50)
    for (const target of [...pages, '/sale/sale-day']) {
      for (const encoding of ENCODINGS) {
        const answer = await ask(target, { 'accept-encoding': encoding })
        expect(answer, `${target}, ${encoding}`).toMatchObject({ status: 200, edge: 'edge; hit' })
        if (encoding === 'identity') for (const one of namedIn(answer.text).photographs) photographs.add(one)
      }
      expect(await ask(target, { rsc: '1', 'accept-encoding': 'gzip, br' }), `tree of ${target}`).toMatchObject({ edge: 'edge; hit' })
    }
    expect(photographs.size).toBeGreaterThan(500)
    for (const photograph of photographs) expect((await ask(photograph)).edge, photograph).toBe('edge; hit; detail=disk')
    expect(await askedOfWebs()).toEqual(before)
  })

  test('after an edit says in words how each place was and how it is, and what one web process took from the other; off a terminal in plain lines', async () => {
    // Nothing is rendered before the walk is under way, or what was asked for lately would be new before it is seen.
    const held = await holdTransaction(db, (tx) => tx.$executeRaw`LOCK TABLE product_images IN ACCESS EXCLUSIVE MODE`)
    await edit(db, async (_tx, touched) => touched.tags(tags.catalogue))
    const [before = 0] = await askedOfWebs()
    const walk = run([])
    await until('most of it has been asked for', async () => ((await askedOfWebs())[0] ?? 0) >= before + 40)
    await held.commit()
    const { code, out, err } = await walk
    expect(code).toBe(0)
    for (const { url } of store.replicas) expect(out).toMatch(new RegExp(`memory of ${url} +\\d+\\.\\d % +(9[5-9]|100)\\.\\d %`))
    expect(out).toMatch(/shared \(Redis cache\) +– +(9[5-9]|100)\.\d %/)
    expect(out).toMatch(new RegExp(`edge ${edge.url} +\\d+\\.\\d % +(9[5-9]|100)\\.\\d %`))
    expect(out).toContain('Warm: each layer that is there has 95 % or more.')
    expect(err).toMatch(new RegExp(`^✓ Warming ${store.url} – \\d+ \\(\\d+\\.\\d s\\)$`, 'm'))
    for (const ofTerminals of ['\u001b', '\r']) expect(`${out}${err}`).not.toContain(ofTerminals)
  })

  test('names the edge that has none, where a web process stands in its place', async () => {
    const { code, out } = await run(['--edge', store.url])
    expect(code).toBe(1)
    expect(out).toContain(`COLD: edge ${store.url} lacks`)
    expect(out.match(/COLD: /g)).toHaveLength(1)
    expect(out).toMatch(/no cache in front of the web process says anything/)
  })

  test('names the edge that keeps nothing by its configuration, and nothing else', async () => {
    const conf = path.join(edge.folder, 'nginx.conf')
    const kept = readFileSync(conf, 'utf8')
    expect(kept).toContain('proxy_cache pages;')
    const restart = async (text: string) => {
      writeFileSync(conf, text)
      await edge.kill('SIGQUIT')
      await edge.start()
    }
    await restart(kept.replace('proxy_cache pages;', 'proxy_cache off;'))
    const { code, out } = await run([]).finally(() => restart(kept))
    expect(code).toBe(1)
    expect(out).toContain(`Not warm: edge ${edge.url} has 0.0 %, and 95 % is the least.`)
    expect(out).toContain('edge; fwd=bypass')
  })

  test('names a page of the sitemap that cannot be rendered, and what it answers', async () => {
    const [{ details: _, ...like }, offer] = await Promise.all([
      db.product.findUniqueOrThrow({ where: { code: 'MOUSE' } }),
      db.offer.findFirstOrThrow({ where: { sku: { startsWith: 'MOUSE' } } }),
    ])
    const [code, slug] = ['UNREADABLE', 'not-readable']
    await edit(db, async (tx, touched) => {
      await tx.product.create({ data: { ...like, code, slug, details: 'unreadable' } })
      await tx.variant.create({ data: { sku: code, productCode: code, choices: {}, label: '', position: 0, offerVersion: 1 } })
      await tx.offer.create({ data: { ...offer, sku: code, version: 1 } })
      touched.tags(tags.catalogue, tags.addresses)
    })
    const asked = async () => (await (await fetch(`${store.url}/sitemap.xml`)).text()).includes(slug)
    await until('the sitemap names it', asked)
    const { code: exit, out } = await run([])
    expect(out).toMatch(new RegExp(`/p/${slug}.*: it answers 500`))
    expect(exit, 'one of many').toBe(0)
    await edit(db, async (tx, touched) => {
      await tx.product.update({ where: { code }, data: { publishedAt: null } })
      touched.tags(tags.catalogue, tags.addresses)
    })
  })

  test('what it does not know, or cannot reach, ends it before anything is asked', async () => {
    expect(await run(['--sale', 'nobody-knows'])).toMatchObject({ code: 1, out: expect.stringContaining('There is no sale nobody-knows.') })
    expect(await run(['--url', 'http://127.0.0.1:9'])).toMatchObject({ code: 3, out: expect.stringContaining('ECONNREFUSED') })
    expect(await run(['--nonsense'])).toMatchObject({ code: 2, out: '' })
  })

  test('Ctrl-C ends it in the middle, in words', async () => {
    const said = await run(['--at-once', '1'], (kill, text) => {
      if (text().includes('✓ Warming')) kill()
    })
    expect(said).toMatchObject({ code: 1, out: expect.stringContaining('Stopped before all was looked at.') })
  })
})

describe('the job', () => {
  const [SLUG, OTHER] = ['drill-day', 'drill-night']
  let connection: Redis | Cluster
  let queue: Queue
  beforeAll(() => {
    connection = producingConnection(store.core.url, 'drill')
    queue = new Queue('pages', { connection, prefix: QUEUE_PREFIX })
  })
  afterAll(async () => {
    await queue.close()
    connection.disconnect()
  })

  /** A sale that begins in five minutes. */
  const plan = (slug: string) =>
    edit(db, async (tx, touched) => {
      const [startsAt, endsAt] = [new Date(Date.now() + 5 * 60_000), new Date(Date.now() + 3_600_000)]
      const sale = { slug, title: slug, text: 'Of the drill.', position: 9, startsAt, endsAt }
      await tx.sale.create({ data: { ...sale, products: { create: { productCode: 'MOUSE', position: 0 } } } })
      touched.tags(tags.catalogue)
    })

  const logs: string[] = []

  /** What workers have said of it, told apart by the moment. */
  const warmed = (moment: string) =>
    logs
      .flatMap((file) => readFileSync(file, 'utf8').split('\n'))
      .filter((line) => line.includes(`"sales":["${SLUG}"]`) && line.includes(`"moment":"${moment}"`))
      .map((line) => JSON.parse(line) as { msg: string; ratios: Record<string, number> })

  test('runs once for a sale that is about to begin and once when it has, whoever of two workers finds it', async () => {
    await store.workers.kill('SIGTERM')
    const env = { ...store.env, PREWARM_URLS: store.replicas.map(({ url }) => url).join(','), EDGE_URL: edge.url }
    for (const name of ['one', 'other']) {
      const folder = path.join(store.logs, name)
      mkdirSync(folder)
      const { workers } = storeServices({ project, distDir: path.basename(store.buildFolder), port: 0, logs: folder, env })
      await store.launch(new Service({ ...workers.spec, name: `workers-${name}` }))
      logs.push(workers.spec.logFile)
    }
    await plan(SLUG)
    await until('it is warm before the sale', async () => warmed('before').length > 0, 120_000)
    expect((await ask(`/sale/${SLUG}`)).status, 'it has not begun').toBe(404)
    // Whoever asks for another one has looked at this one again, too.
    await plan(OTHER)
    await until(
      'the other one is asked for',
      async () => (await db.sale.findUniqueOrThrow({ where: { slug: OTHER } })).warmedBefore !== null,
    )
    const { startsAt } = await db.sale.findUniqueOrThrow({ where: { slug: OTHER } })
    await until('that is queued', async () => (await db.outboxMessage.count({ where: { topic: 'pages.prewarm' } })) === 0)
    expect((await queue.getJobs(['active', 'waiting', 'delayed'])).map((job) => job.data)).toEqual([
      { startsAtMs: startsAt.getTime(), moment: 'before' },
    ])

    await edit(db, async (tx, touched) => {
      await tx.sale.update({ where: { slug: SLUG }, data: { startsAt: new Date() } })
      touched.tags(tags.catalogue)
    })
    await until('it is warm when it has begun', async () => warmed('begun').length > 0, 120_000)
    for (const encoding of ENCODINGS)
      expect(await ask(`/sale/${SLUG}`, { 'accept-encoding': encoding })).toMatchObject({ status: 200, edge: 'edge; hit' })
    for (const moment of ['before', 'begun']) {
      const lines = warmed(moment)
      expect(lines.map(({ msg }) => msg)).toEqual(['pages are warm for a sale'])
      expect(Object.keys(lines[0]?.ratios ?? {})).toEqual(expect.arrayContaining([`edge ${edge.url}`, `memory ${store.url}`]))
    }
  })
})
