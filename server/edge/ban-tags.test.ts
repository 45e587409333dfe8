import fs from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { eventually } from '#/drill/engine/eventually.ts'
import { StandIn } from '#/scripts/stack/stand-in-web.ts'
import { startTestVarnish, type TestVarnish } from '#/scripts/stack/test-edge.ts'
import { startTestStack, type TestStack } from '#/scripts/stack/test-stack.ts'
import { tags } from '../cache/manifest.ts'
import { tellTags } from '../cache/tell-tags.ts'
import { connectDatabase, type Db } from '../db/client.ts'
import { atLeast, banTags } from './ban-tags.ts'
import { followFeed } from './follow-feed.ts'

test('the pattern of the numbers from one on is of these and no others', () => {
  const number = fc.oneof(fc.integer({ min: 1, max: 1200 }), fc.integer({ min: 1, max: 2 ** 40 }))
  fc.assert(
    fc.property(number, number, (least, other) => {
      expect(new RegExp(`^${atLeast(least)}$`).test(String(other))).toBe(other >= least)
    }),
    { numRuns: 2000 },
  )
})

/** A real feed, a real Varnish, and a web process that says which tags a page has, and which number it is of: `/p/a--b` has those of the products A and B. */
describe.runIf(inject('hasVarnish'))('Varnish', () => {
  let stack: TestStack
  let varnish: TestVarnish
  let db: Db
  let made = 0
  let asOf = ''
  const web = new StandIn()
  web.answer = ({ url = '' }, response) => {
    made += 1
    const carried = url.replace('/p/', '').toUpperCase().split('--').map(tags.product).join(',')
    response.writeHead(200, { 'cache-control': 's-maxage=300', 'cache-tag': `${carried}${asOf}` }).end(`${made}`)
  }
  const page = async (target: string) => (await fetch(varnish.url + target)).text()
  const feed = async () => {
    const [now] = await db.$queryRaw<{ epoch: string; last: bigint }[]>`SELECT epoch::text, last FROM tag_feed`
    return { epoch: now?.epoch ?? '', sequence: Number(now?.last) }
  }

  beforeAll(async () => {
    stack = await startTestStack({ without: ['core', 'cache', 'gateway', 'mail'] })
    db = connectDatabase(stack.postgres.url, 2)
    await web.start()
    varnish = await startTestVarnish(stack, { pool: [`127.0.0.1:${web.port}`], publicHost: 'shop.example' })
  })
  afterAll(async () => {
    await db.$disconnect()
    await web.kill()
    await stack.stop()
  })

  test('forgets what an edit made old, each time, and neither what carries no tag of it nor what says that it is new', async () => {
    const cursorFile = path.join(stack.folder, 'cursor.json')
    fs.writeFileSync(cursorFile, JSON.stringify(await feed()))
    const { epoch, sequence } = await feed()
    const [unstamped, other] = [await page('/p/told--x'), await page('/p/tol--told2')]
    asOf = `,as-of:${epoch}:${sequence}`
    const old = await page('/p/told')
    asOf = `,as-of:${epoch}:${sequence + 1}`
    const fresh = await page('/p/told--fresh')
    let rounds = 0
    const { stop } = followFeed({
      db,
      cursorFile,
      forget: async (purge) => {
        const count = await banTags({ url: varnish.url, token: varnish.token }, purge)
        rounds += 1
        return count
      },
    })
    try {
      await db.$transaction((tx) => tellTags(tx, [tags.product('TOLD'), tags.prices, 'no ( tag']))
      await eventually('it was banned', async () => rounds > 0)
      expect(await page('/p/told--x')).not.toBe(unstamped)
      expect(await page('/p/told')).not.toBe(old)
      expect([await page('/p/tol--told2'), await page('/p/told--fresh')]).toEqual([other, fresh])
    } finally {
      await stop()
    }
  })

  test('forgets everything where nobody knows what was told, and takes no order from who does not know the word', async () => {
    const control = { url: varnish.url, token: varnish.token }
    const upTo = await feed()
    const kept = await page('/p/everything')
    await expect(banTags({ ...control, token: 'another word' }, { upTo, told: null })).rejects.toThrow('403')
    expect(await page('/p/everything')).toBe(kept)
    expect(await banTags(control, { upTo, told: null })).toBe(1)
    expect(await page('/p/everything')).not.toBe(kept)
  })

  test('is told in several orders of what is too much for one', async () => {
    const upTo = await feed()
    const kept = await page('/p/tag119')
    const told = new Map(Array.from({ length: 120 }, (_, n) => [tags.product(`TAG${n}`), upTo.sequence + 1] as const))
    expect(await banTags({ url: varnish.url, token: varnish.token }, { upTo, told })).toBe(3)
    expect(await page('/p/tag119')).not.toBe(kept)
  })
})
