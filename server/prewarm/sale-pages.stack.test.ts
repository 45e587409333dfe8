import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestStack, type TestStack } from '#/scripts/stack/test-stack.ts'
import { withdrawProduct } from '../catalog/publish.ts'
import { connectDatabase, type Db } from '../db/client.ts'
import { readSalePages } from './sale-pages.ts'

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
const pagesOf = async (named?: string) => (await readSalePages(db, NOW_MS, named)).map(({ slug, paths }) => [slug, ...paths])

test('sales that are on and those that begin within the hour, each with its products in order; one that is on has a page of its own', async () => {
  expect(await pagesOf()).toEqual([
    ['on', '/sale/on', ...PRODUCTS],
    ['soon', ...PRODUCTS],
  ])
})

test('one that is named whenever it is, and nothing for a name that no sale has', async () => {
  expect(await pagesOf('later')).toEqual([['later', ...PRODUCTS]])
  expect(await pagesOf('nobody-knows')).toEqual([])
})

test('what is not sold any more has no page that anybody waits for', async () => {
  await withdrawProduct(db, 'TRIPOD', NOW_MS)
  await db.variant.updateMany({ where: { productCode: 'USBCABLE' }, data: { withdrawnAt: new Date() } })
  expect(await pagesOf('on')).toEqual([['on', '/sale/on', '/p/cordless-mouse']])
})
