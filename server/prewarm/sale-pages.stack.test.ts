import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestStack, type TestStack } from '#/scripts/stack/test-stack.ts'
import { withdrawProduct } from '../catalog/publish.ts'
import { connectDatabase, type Db } from '../db/client.ts'
import { readSalePages, type WhichSales } from './sale-pages.ts'

const HOUR_MS = 3_600_000
const NOW_MS = Date.now()
let stack: TestStack
let db: Db

beforeAll(async () => {
  stack = await startTestStack({ catalogue: 'seed', without: ['core', 'cache', 'gateway', 'mail'] })
  db = connectDatabase(stack.postgres.url, 2)
  await db.sale.deleteMany()
  const products = { create: ['MOUSE', 'TRIPOD', 'USBCABLE'].map((productCode, position) => ({ productCode, position })) }
  for (const [slug, hours] of [
    ['on', -1],
    ['soon', 0.5],
    ['later', 5],
    ['over', -20],
  ] as const) {
    const [startsAt, endsAt] = [new Date(NOW_MS + hours * HOUR_MS), new Date(NOW_MS + (hours + 10) * HOUR_MS)]
    await db.sale.create({ data: { slug, title: slug, text: '', position: 0, startsAt, endsAt, products } })
  }
})
afterAll(async () => {
  await db.$disconnect()
  await stack.stop()
})

const PRODUCTS = ['/p/cordless-mouse', '/p/table-tripod', '/p/white-usb-cable']
const pagesOf = async (which?: WhichSales) => (await readSalePages(db, NOW_MS, which)).map(({ slug, paths }) => [slug, ...paths])

test('sales that are on and those that begin within the hour, each with its products in order; one that is on has a page of its own', async () => {
  expect(await pagesOf()).toEqual([
    ['on', '/sale/on', ...PRODUCTS],
    ['soon', ...PRODUCTS],
  ])
})

test('one that is named whenever it is, and nothing for a name that no sale has', async () => {
  expect(await pagesOf({ slug: 'later' })).toEqual([['later', ...PRODUCTS]])
  expect(await pagesOf({ slug: 'nobody-knows' })).toEqual([])
})

test('those that begin at one moment, and none that begins at another', async () => {
  expect(await pagesOf({ startsAtMs: NOW_MS + 5 * HOUR_MS })).toEqual([['later', ...PRODUCTS]])
  expect(await pagesOf({ startsAtMs: NOW_MS + 5 * HOUR_MS + 1 })).toEqual([])
})

test('whatever a sale or a product is called, its page is one that can be asked for', async () => {
  const [startsAt, endsAt] = [new Date(NOW_MS), new Date(NOW_MS + HOUR_MS)]
  await db.sale.create({ data: { slug: 'Two, words?', title: '', text: '', position: 0, startsAt, endsAt } })
  expect(await pagesOf({ slug: 'Two, words?' })).toEqual([['Two, words?', '/sale/Two%2C%20words%3F']])
  await db.sale.delete({ where: { slug: 'Two, words?' } })
})

test('what is not sold any more has no page that anybody waits for', async () => {
  await withdrawProduct(db, 'TRIPOD', NOW_MS)
  await db.variant.updateMany({ where: { productCode: 'USBCABLE' }, data: { withdrawnAt: new Date() } })
  expect(await pagesOf({ slug: 'on' })).toEqual([['on', '/sale/on', '/p/cordless-mouse']])
})
