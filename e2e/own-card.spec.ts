import { claimPort } from '#/scripts/stack/ports.ts'
import { type ReadyProcess, spawnReady, stopProcess } from '#/scripts/stack/spawn-ready.ts'
import { setting } from './backstage.ts'
import { expect, test } from './fixtures.ts'
import { ADDRESS, type Shopper } from './shopper.ts'

const VISA = '4242424242424242'
const ASKS_FIRST = '4000002760003184'
const NO_FUNDS = '4000000000009995'

let web: ReadyProcess
let baseURL: string

/** Another web process of the same store, as it is with Stripe's keys; what Stripe would do, the local gateway does. */
test.beforeAll(async () => {
  const port = await claimPort()
  baseURL = `http://localhost:${port}`
  const stripe = { STRIPE_PUBLISHABLE_KEY: 'pk_test_journey', STRIPE_JS_URL: new URL('/_local/stripe.js', setting('STRIPE_API_URL')).href }
  web = await spawnReady(process.execPath, ['server/web/main.ts', '--port', `${port}`], {
    env: { ...process.env, NODE_ENV: 'production', LOG_LEVEL: 'info', PUBLIC_URL: baseURL, WEB_URL: baseURL, ...stripe },
    ready: /web ready/,
    timeoutMs: 60_000,
  })
})
test.afterAll(() => stopProcess(web.child, 'SIGTERM', 20_000))

async function fillCard({ page }: Shopper, number: string): Promise<void> {
  await page.getByLabel('Card number').fill(number)
  await page.getByLabel('Expiry, MM / YY').fill('12 / 34')
  await page.getByLabel('Security code').fill('123')
}

async function goToCheckout(shopper: Shopper): Promise<void> {
  await shopper.addToCart('hanging-bamboo-basket')
  await shopper.goToCheckout()
  for (const [label, text] of Object.entries(ADDRESS)) await shopper.page.getByLabel(label, { exact: true }).fill(text)
}

test('a card of the shopper’s own pays, and its number reaches the gateway only', async ({ newShopper, backstage }) => {
  const shopper = await newShopper({ baseURL })
  const sent: { url: string; body: string }[] = []
  shopper.page.on('request', (request) => sent.push({ url: request.url(), body: request.postData() ?? '' }))
  await goToCheckout(shopper)
  await expect(shopper.page.getByLabel('Test card')).toHaveCount(0)
  await fillCard(shopper, VISA)
  await shopper.placeOrder()
  const orderId = await shopper.orderId()
  await shopper.seesOrderState('CONFIRMED')
  expect(await backstage.charges(orderId)).toHaveLength(1)

  const told = sent.filter(({ url, body }) => decodeURIComponent(`${url} ${body}`).replaceAll(/[ +]/g, '').includes(VISA))
  expect(told.map(({ url }) => url)).toEqual([new URL('/v1/confirmation_tokens', setting('STRIPE_API_URL')).href])
  const placed = sent.filter(({ url, body }) => url.startsWith(baseURL) && body.includes('ctoken_'))
  expect(placed).toHaveLength(1)
  await expect.poll(() => backstage.violations()).toEqual([])
})

test.describe('a card that is not right', () => {
  // What the gateway answers to it, as a browser tells it.
  test.use({ expectedComplaints: /status of 402/ })

  test('is told of in plain words, the form stays filled, and nothing is ordered until it is right', async ({ newShopper }) => {
    const shopper = await newShopper({ baseURL })
    const { page } = shopper
    await goToCheckout(shopper)
    for (const [number, words] of [
      ['', 'Your card number is incomplete.'],
      ['4242424242424241', 'Your card number is invalid.'],
      ['4111111111111111', 'Your card was declined.'],
    ] as const) {
      await fillCard(shopper, number)
      await shopper.placeOrder()
      await expect(shopper.alert).toContainText(words)
      await expect(page.getByLabel('E-mail')).toHaveValue(ADDRESS['E-mail'])
      await expect(shopper.title).toHaveText('Checkout')
    }
    await fillCard(shopper, VISA)
    await shopper.placeOrder()
    await shopper.orderId()
    await shopper.seesOrderState('CONFIRMED')
  })
})

test('after a declined card another one is typed on the order’s page and pays', async ({ newShopper, backstage }) => {
  const shopper = await newShopper({ baseURL })
  await goToCheckout(shopper)
  await fillCard(shopper, NO_FUNDS)
  await shopper.placeOrder()
  const orderId = await shopper.orderId()
  await shopper.seesOrderState('DECLINED')
  await fillCard(shopper, VISA)
  await shopper.page.getByRole('button', { name: 'Pay with this card' }).click()
  await shopper.seesOrderState('CONFIRMED')
  expect(await backstage.charges(orderId)).toHaveLength(1)
})

test('a card whose bank asks first is confirmed at the bank, and its shopper comes back to a paid order', async ({
  newShopper,
  backstage,
}) => {
  const shopper = await newShopper({ baseURL })
  const { page } = shopper
  await goToCheckout(shopper)
  await fillCard(shopper, ASKS_FIRST)
  await shopper.placeOrder()
  const orderId = await shopper.orderId()
  await shopper.seesOrderState('ACTION_REQUIRED')
  await page.getByRole('link', { name: /bank/i }).click()
  await page.getByRole('button', { name: 'Confirm payment' }).click()
  await shopper.seesOrderState('CONFIRMED')
  expect(await shopper.orderId()).toBe(orderId)
  expect(await backstage.charges(orderId)).toHaveLength(1)
})

test('a test card pays for nothing where cards are real', async ({ newShopper }) => {
  const shopper = await newShopper({ baseURL })
  await goToCheckout(shopper)
  await expect(shopper.page.getByLabel('Card number')).toBeVisible() // or the page's own script would put back what is changed here
  await shopper.page.locator('input[name=paymentMethod]').evaluate((input: HTMLInputElement) => {
    input.value = 'pm_card_visa'
  })
  await shopper.placeOrder()
  await expect(shopper.alert.getByRole('link', { name: 'Please enter your card.' })).toBeVisible()
  await expect(shopper.title).toHaveText('Checkout')
})

test.describe('without Stripe’s script', () => {
  test.use({ expectedComplaints: /stripe\.js|ERR_FAILED/ })

  test('the shopper is told that the card form could not be loaded, and nothing is ordered', async ({ newShopper }) => {
    const shopper = await newShopper({ baseURL })
    await shopper.page.route('**/stripe.js', (route) => route.abort())
    await goToCheckout(shopper)
    await expect(shopper.alert).toContainText('The card form could not be loaded.')
    await shopper.placeOrder()
    await expect(shopper.alert).toContainText('Nothing was ordered.')
    await expect(shopper.title).toHaveText('Checkout')
  })
})

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false })

  test('the shopper reads that paying needs it, and why', async ({ newShopper }) => {
    const shopper = await newShopper({ baseURL })
    await goToCheckout(shopper)
    const told = shopper.page.locator('form noscript')
    await expect(told).toBeVisible()
    expect(await told.textContent()).toContain('Paying needs JavaScript')
    await shopper.placeOrder()
    await expect(shopper.alert.getByRole('link', { name: 'Please enter your card.' })).toBeVisible()
  })
})
