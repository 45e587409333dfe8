import { readFileSync, rmSync } from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { storeServices } from '#/scripts/stack/store-services.ts'
import { buildForStack } from '#/scripts/stack/test-store.ts'
import { type DrillStore, startDrillStore } from './drill-store.ts'
import { orderedOn, Shopper } from './shopper.ts'

let store: DrillStore
/** Named in tsconfig.json: the framework writes there what it misses. */
const newBuild = '.next-test-deploy'

beforeAll(async () => {
  store = await startDrillStore()
})
afterAll(async () => {
  await store.stop()
  rmSync(newBuild, { recursive: true, force: true })
})

test('pages that were open before a deploy still sell after it, and one that polls does not hold it up', async () => {
  const early = new Shopper(store.url)
  const checkout = await early.buy('cordless-mouse')
  const later = new Shopper(store.url)
  const product = await later.visit('/p/white-usb-cable')

  await buildForStack(store, newBuild, path.join(store.logs, 'new-build.log'), () => {})
  const buildId = (folder: string) => readFileSync(path.join(folder, 'BUILD_ID'), 'utf8')
  expect(buildId(newBuild)).not.toBe(buildId(store.buildFolder))
  const polling = poll('/api/health/live')
  await store.web.kill('SIGTERM')
  await polling.stop()
  const said = readFileSync(path.join(store.logs, 'web.log'), 'utf8')
  expect(said).toContain('web drains')
  expect(said).not.toContain('drain took too long')
  const port = Number(new URL(store.url).port)
  const { web } = storeServices({ project: process.cwd(), distDir: newBuild, port, logs: store.logs, env: store.env })
  await store.launch(web)

  const orders = [
    orderedOn(await early.place(checkout)),
    orderedOn(await later.press(product, 'Add to cart').then(async () => later.place(await later.visit('/checkout')))),
  ]
  expect(orders).toEqual([expect.any(String), expect.any(String)])
  expect(await store.violationsAtRest()).toEqual([])
  expect([...(await store.merchant.orderStates()).values()]).toEqual(['CONFIRMED', 'CONFIRMED'])
  // A production build may take ten minutes by itself.
}, 900_000)

/** An open order page: asks again and again on the connection that it has. */
function poll(url: string): { stop(): Promise<void> } {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  let over = false
  const polling = (async () => {
    while (!over) {
      await new Promise<void>((done) => {
        const asked = http.get(new URL(url, store.url), { agent }, (response) => response.resume().once('close', done))
        asked.once('error', () => done())
      })
    }
  })()
  return {
    stop: async () => {
      over = true
      await polling
      agent.destroy()
    },
  }
}
