import { existsSync, readFileSync, rmSync } from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { type Browser, chromium, type Page as Tab } from '@playwright/test'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BROWSER_FLAGS } from '#/e2e/browser-flags.ts'
import { Shopper as BrowserShopper } from '#/e2e/shopper.ts'
import { witness } from '#/e2e/witness.ts'
import { findBrowser } from '#/scripts/stack/browser.ts'
import { keepAssets } from '#/scripts/stack/keep-assets.ts'
import { claimPort } from '#/scripts/stack/ports.ts'
import { Service } from '#/scripts/stack/service.ts'
import { openStateFolder } from '#/scripts/stack/state-folder.ts'
import { storeServices } from '#/scripts/stack/store-services.ts'
import { buildForStack } from '#/scripts/stack/test-store.ts'
import { type DrillStore, startDrillStore } from './drill-store.ts'
import { TcpSwitch } from './engine/tcp-switch.ts'
import { orderedOn, Shopper } from './shopper.ts'

/** The release before, with everything behind it; the one after runs beside it, on the same servers. */
let store: DrillStore
let newUrl: string
let browser: Browser
/** Named in tsconfig.json: the framework writes there what it misses. */
const newBuild = '.next-test-deploy'
const project = process.cwd()

beforeAll(async () => {
  store = await startDrillStore()
  // Not one file of it is called as in the release before, as if all of its sources had changed.
  const changed = { ...store, env: { ...store.env, NEXT_HASH_SALT: 'another release' } }
  await buildForStack(changed, newBuild, path.join(store.logs, 'new-build.log'), () => {})
  await keepAssets(path.join(project, newBuild), store.env.ASSETS_DIR ?? '')
  const port = await claimPort()
  const { web } = storeServices({ project, distDir: newBuild, port, logs: store.logs, env: store.env })
  await store.launch(new Service({ ...web.spec, name: 'new-web', logFile: path.join(store.logs, 'new-web.log') }))
  newUrl = `http://localhost:${port}`
  const { CHROME_PATH = '', ...env } = await findBrowser(project, openStateFolder(project).tools)
  browser = await chromium.launch({ executablePath: CHROME_PATH, args: BROWSER_FLAGS, env: { ...process.env, ...env } })
  // A production build may take ten minutes by itself.
}, 900_000)
afterAll(async () => {
  await browser?.close()
  await store?.stop()
  rmSync(newBuild, { recursive: true, force: true })
})

const releaseOf = (folder: string) => readFileSync(path.join(folder, 'BUILD_ID'), 'utf8')

test('each build is a release of its own', () => {
  expect(releaseOf(newBuild)).toMatch(/^\d{14}-\d{6}$/)
  expect(releaseOf(newBuild)).not.toBe(releaseOf(store.buildFolder))
})

test('two releases sell side by side: a page of either adds to the cart and orders at the other, and one checkout pressed at both is one order', async () => {
  const early = new Shopper(store.url)
  const product = await early.visit('/p/cordless-mouse')
  await early.at(newUrl).press(product, 'Add to cart')
  const checkout = await early.visit('/checkout')
  const [here, there] = await Promise.all([early.place(checkout), early.at(newUrl).place(checkout)])
  expect(orderedOn(here)).toEqual(expect.any(String))
  expect(orderedOn(there)).toBe(orderedOn(here))

  const late = new Shopper(newUrl)
  await late.at(store.url).press(await late.visit('/p/white-usb-cable'), 'Add to cart')
  expect(orderedOn(await late.at(store.url).place(await late.visit('/checkout')))).toEqual(expect.any(String))
})

test('a page that was kept yesterday gets every file that it names from the new release, which has none of its scripts itself', async () => {
  const { html } = await new Shopper(store.url).visit('/p/cordless-mouse')
  const named = [...new Set(html.match(/\/_next\/static\/[\w./~-]+/g))]
  const scripts = named.filter((name) => name.endsWith('.js'))
  expect(scripts.length).toBeGreaterThan(3)
  expect(scripts.filter((name) => existsSync(path.join(newBuild, name.replace('/_next/', ''))))).toEqual([])
  for (const name of named) {
    const [old, now] = await Promise.all([store.url, newUrl].map((url) => fetch(new URL(name, url))))
    expect([name, now?.status, now?.headers.get('cache-control')]).toEqual([name, 200, 'public, max-age=31536000, immutable'])
    expect(await now?.text()).toBe(await old?.text())
  }
  const unknown = await fetch(new URL('/_next/static/chunks/made-up.js', newUrl))
  expect([unknown.status, unknown.headers.get('cache-control')]).toEqual([404, expect.stringContaining('no-store')])
})

test('pages that are open in a browser during a deploy go on: a click loads the whole new page, what is pressed is done', async () => {
  const { wire, url } = await TcpSwitch.to(store.url)
  const context = await browser.newContext({ baseURL: url })
  const complaints = await witness(context)
  try {
    const list = await context.newPage()
    await open(list, '/c/plants')
    const checkout = await context.newPage()
    await addToCart(checkout, '/p/aloe-in-white-pot')
    await checkout.goto('/checkout')
    const buyer = new BrowserShopper(checkout)
    await buyer.fillIn()
    const product = await context.newPage()
    await open(product, '/p/hanging-bamboo-basket')
    await Promise.all(context.pages().map((tab) => tab.waitForLoadState('networkidle')))
    wire.turnTo(newUrl)

    const documents = watchDocuments(list)
    await list.getByRole('main').getByRole('listitem').getByRole('link').first().click()
    await list.waitForURL('**/p/**')
    expect(documents).toEqual([list.url()])
    expect(await list.content()).toContain(releaseOf(newBuild))

    await buyer.placeOrder()
    await checkout.locator('main[data-order-state=CONFIRMED]').waitFor()
    expect(await checkout.content()).toContain(releaseOf(newBuild))

    await pressAddToCart(product)
    expect(complaints).toEqual([])
  } finally {
    await context.close()
    wire.close()
  }
})

test('the release before ends when it is told to, whoever polls it, and nothing that was sold is lost', async () => {
  const polling = poll('/api/health/live')
  await store.web.kill('SIGTERM')
  await polling.stop()
  const said = readFileSync(path.join(store.logs, 'web.log'), 'utf8')
  expect(said).toContain('web drains')
  expect(said).not.toContain('drain took too long')
  expect(await store.violationsAtRest()).toEqual([])
  expect([...(await store.merchant.orderStates()).values()]).toEqual(['CONFIRMED', 'CONFIRMED', 'CONFIRMED'])
})

/** A display page whose links are soft. */
async function open(tab: Tab, address: string): Promise<void> {
  await tab.goto(address)
  await tab.locator('html[data-links=soft]').waitFor()
}

async function addToCart(tab: Tab, address: string): Promise<void> {
  await open(tab, address)
  await pressAddToCart(tab)
}

/** The drawer has its script only now. It opens before the cart is known to have changed, and who leaves by an address of his own may be too soon. */
async function pressAddToCart(tab: Tab): Promise<void> {
  const added = tab.waitForResponse((response) => response.request().method() === 'POST')
  await tab.getByRole('button', { name: 'Add to cart' }).click()
  await tab.getByRole('dialog', { name: 'Cart' }).getByRole('link', { name: 'View cart' }).waitFor()
  await added
}

function watchDocuments(tab: Tab): readonly string[] {
  const seen: string[] = []
  tab.on('request', (request) => request.isNavigationRequest() && seen.push(request.url()))
  return seen
}

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
