import { readdirSync } from 'node:fs'
import { request } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { sku } from '#/domain/sku.ts'
import { type DrillStore, startDrillStore } from './drill-store.ts'
import { orderedOn, type Page, Shopper } from './shopper.ts'

let store: DrillStore

beforeAll(async () => {
  store = await startDrillStore()
})
afterAll(() => store.stop())

/** Whatever was sent: no order came of it, and no unit is gone. */
afterEach(async () => {
  expect(await store.violationsAtRest()).toEqual([])
  expect([...(await store.merchant.orderStates()).keys()].sort()).toEqual([...ordered].sort())
})

/** Orders that a test meant to place. */
const ordered: string[] = []

/** A clear answer: for people, about what they did, and nothing of our insides. */
function expectClear(page: Pick<Page, 'status' | 'html'>): void {
  expect(page.status).toBeLessThan(500)
  expect(page.html).not.toMatch(/node_modules|\.ts:\d|\n\s+at |PrismaClient|SQLSTATE|Internal Server Error/)
}

async function cartOf(shopper: Shopper): Promise<string> {
  return (await shopper.visit('/cart')).text
}

describe('the cart', () => {
  test.each(['-1', '0', '21', '1000000000', '1.5', '1e1', '0x1', ' 1', '', 'one', '\0', '١'])(
    'takes no quantity of %j',
    async (quantity) => {
      const shopper = new Shopper(store.url)
      await shopper.send('/cart/lines', { sku: 'MOUSE', quantity: '2' })
      const before = await cartOf(shopper)

      const page = await shopper.send('/cart/lines', { sku: 'MOUSE', quantity })

      expect(page.status).toBe(400)
      expect(page.text).toContain('Your cart is as it was.')
      expectClear(page)
      expect(await cartOf(shopper)).toBe(before)
    },
  )

  test.each(['NOSUCH', 'MOUSE-RED'])('takes no SKU that nobody sells: %s', async (unit) => {
    const shopper = new Shopper(store.url)
    const page = await shopper.send('/cart/lines', { sku: unit, quantity: '1' })
    expect(page.text).toContain('We do not sell that')
    expect(await cartOf(shopper)).toContain('Your cart is empty')
  })

  test.each(['mouse', "' OR 1=1 --", '../../etc/passwd', 'M'.repeat(60), 'MOUSE\0', ''])(
    'takes nothing that is no SKU: %j',
    async (unit) => {
      const page = await new Shopper(store.url).send('/cart/lines', { sku: unit, quantity: '1' })
      expect(page.status).toBe(400)
      expectClear(page)
    },
  )

  test.each(['\0', "' OR 1=1 --", 'x'.repeat(10_000), '<b>SALE</b>', 'WELCOME10\0', '١٢٣', 'NEVER-WAS'])(
    'takes no discount code that is none: %j',
    async (code) => {
      const shopper = new Shopper(store.url)
      await shopper.send('/cart/lines', { sku: 'MOUSE', quantity: '1' })
      const before = await cartOf(shopper)
      const page = await shopper.send('/cart/code', { code })
      expect(page.text).toContain('We do not know that code.')
      expect(page.html).not.toContain('SALE')
      expectClear(page)
      expect(await cartOf(shopper)).toBe(before)
    },
  )

  test('takes a discount code from no form but its own, and without a cart none', async () => {
    const shopper = new Shopper(store.url)
    expect((await shopper.send('/cart/code', { code: 'WELCOME10' })).text).toContain('Your cart is empty')
    await shopper.send('/cart/lines', { sku: 'MOUSE', quantity: '1' })
    for (const page of [
      await shopper.send('/cart/code', { promo: 'WELCOME10' }),
      await raw('POST', '/cart/code', { 'content-type': 'application/json' }, Buffer.from('{"code":"WELCOME10"}')),
    ]) {
      expect(page.status).toBe(400)
      expectClear(page)
    }
    expect(await cartOf(shopper)).not.toContain('WELCOME10')
  })

  test('holds 20 units of a thing and says so at the 21st', async () => {
    const shopper = new Shopper(store.url)
    await shopper.send('/cart/lines', { sku: 'MOUSE', quantity: '20' })
    const page = await shopper.send('/cart/lines', { sku: 'MOUSE', quantity: '1' })
    expect(page.text).toContain('We sell at most 20 of one thing at a time')
    expect(page.html).toMatch(/name="quantity"[^>]*value="20"/)
  })

  test('holds 20 different things and says so at the next', async () => {
    const shopper = new Shopper(store.url)
    const units = await store.merchant.someSkus(21)
    for (const unit of units.slice(0, 20)) await shopper.send('/cart/lines', { sku: unit, quantity: '1' })
    const page = await shopper.send('/cart/lines', { sku: units[20] ?? '', quantity: '1' })
    expect(page.text).toContain('A cart holds 20 different things')
  })

  test('of 10,000 lines at once is more than any form of ours', async () => {
    const lines = new URLSearchParams(Array.from({ length: 10_000 }, () => ['sku', 'MOUSE']))
    expect((await raw('POST', '/cart/lines', { 'content-type': FORM }, Buffer.from(lines.toString()))).status).toBe(413)
  })

  test.each([
    ['-1', 400],
    ['21', 400],
    ['1.5', 400],
    ['3', 200],
  ])('changes no line that is not in it, to a quantity of %j', async (quantity, status) => {
    const shopper = new Shopper(store.url)
    await shopper.send('/cart/lines', { sku: 'MOUSE', quantity: '2' })
    const before = await cartOf(shopper)
    expect((await shopper.send('/cart/quantity', { sku: 'USBCABLE', quantity })).status).toBe(status)
    expect(await cartOf(shopper)).toBe(before)
  })

  test.each([
    ['changed by a letter', (cookie: string) => `${cookie[0] === 'A' ? 'B' : 'A'}${cookie.slice(1)}`],
    ['with other content under the same signature', forge],
    ['cut short', (cookie: string) => cookie.slice(0, -4)],
    ['of nonsense', () => '%00%ff"\\;'],
  ])('in a cookie %s counts as none', async (_, tamper) => {
    const shopper = new Shopper(store.url)
    await shopper.send('/cart/lines', { sku: 'MOUSE', quantity: '1' })
    shopper.setCookie('cart', tamper(shopper.cookie('cart')))
    const page = await shopper.visit('/cart')
    expect(page.text).toContain('Your cart is empty')
    expectClear(page)
  })
})

describe('the checkout', () => {
  test('of a price that changed since it was shown says so and orders nothing; the new page orders at the new price', async () => {
    const shopper = new Shopper(store.url)
    const checkout = await shopper.buy('aloe-in-white-pot')
    await store.merchant.setPrice(sku('ALOE'), 15_90)
    const refused = await shopper.place(checkout)
    expect(refused.text).toContain('The price of Aloe in a white pot has changed')
    const placed = await shopper.place(refused)
    ordered.push(orderedOn(placed) ?? 'none')
    expect(placed.text).toContain('€15.90')
  })

  test('of something withdrawn meanwhile says so and orders nothing', async () => {
    const shopper = new Shopper(store.url)
    const checkout = await shopper.buy('potting-scoop')
    await store.merchant.withdraw(sku('SCOOP'))
    const refused = await shopper.place(checkout)
    expect(refused.text).toContain('Potting scoop is not on sale any more')
    expect(await cartOf(shopper)).toContain('This is not on sale right now')
  })

  test.each([
    ['a letter', (token: string) => `${token[0] === 'A' ? 'B' : 'A'}${token.slice(1)}`],
    ['its content', forge],
    ['everything', () => 'e30.e30'],
    ['it to nothing', () => ''],
    ['it for the cart cookie, which we signed too', (_: string, shopper: Shopper) => shopper.cookie('cart')],
  ])('whose token somebody changed %s is none of ours', async (_, tamper) => {
    const shopper = new Shopper(store.url)
    const checkout = await shopper.buy('cordless-mouse')
    const page = await shopper.place(checkout, {
      checkout: tamper(tokenOn(checkout), shopper),
      price: '1',
      total: '1',
      unitPriceMinor: '1',
    })
    expect(page.text).toContain('That checkout was not one of ours')
    expectClear(page)
  })

  test.each([
    ['no name', { name: '   ' }, 'Please tell us your name.'],
    ['a NUL', { name: 'Ann\0Field' }, 'This contains characters that we cannot read.'],
    ['a control character', { street: '1 Long\u0007 Road' }, 'This contains characters that we cannot read.'],
    ['bytes that are no UTF-8', { city: Buffer.from([0x44, 0xff, 0xfe]) }, 'This contains characters that we cannot read.'],
    ['half of a surrogate pair', { city: Buffer.from([0xed, 0xa0, 0x80]) }, 'This contains characters that we cannot read.'],
    ['a novel', { street: 'x'.repeat(5000) }, 'Please use at most 120 characters.'],
    ['no address of mail', { email: 'ann at example' }, 'This does not look like an e-mail address.'],
    ['two addresses of mail', { email: 'ann@example.com\r\nBcc: all@example.com' }, 'This contains characters that we cannot read.'],
    ['a country that we do not know', { country: 'XX' }, 'Please choose a country that we deliver to.'],
    ['a way of delivery that we do not know', { deliveryMethod: 'teleport' }, 'Please choose how we deliver.'],
    ['a card that nobody has', { paymentMethod: 'pm_1234' }, 'Please choose a card.'],
  ])('with %s says what is wrong beside the field, and keeps the rest', async (_, fields, words) => {
    const shopper = new Shopper(store.url)
    const page = await shopper.place(await shopper.buy('cordless-mouse'), fields)
    expect(page.text).toContain(words)
    expect(page.html).toContain('value="D02 XY00"')
    expectClear(page)
  })

  test('shows markup that was typed as the text that it is', async () => {
    const shopper = new Shopper(store.url)
    const page = await shopper.place(await shopper.buy('cordless-mouse'), { name: '"><script>alert(1)</script>', country: 'XX' })
    expect(page.html).not.toContain('<script>alert(1)')
    expect(page.html).toContain('&quot;&gt;&lt;script&gt;alert(1)')
  })

  test('sent to an action that does not exist, or as no form at all, gets a page that says so', async () => {
    for (const [type, body] of [
      [`multipart/form-data; boundary=b`, '--b\r\nContent-Disposition: form-data; name="$ACTION_ID_00aa"\r\n\r\n\r\n--b--\r\n'],
      [`multipart/form-data; boundary=b`, '--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n1\r\n--b--\r\n'],
    ] as const) {
      const page = await raw('POST', '/checkout', { 'content-type': type }, Buffer.from(body))
      expect(page.html).toContain('Nothing was changed.')
      expectClear(page)
    }
  })
})

describe("somebody else's order", () => {
  test('has no page, no state, and takes no card from a stranger', async () => {
    const owner = new Shopper(store.url)
    const placed = await owner.place(await owner.buy('cordless-mouse'), { paymentMethod: 'pm_card_chargeDeclined' })
    const id = orderedOn(placed) ?? ''
    ordered.push(id)
    await store.violationsAtRest()
    const declined = await owner.visit(`/orders/${id}`)
    expect(declined.text).toContain('Your card was declined')

    const stranger = new Shopper(store.url)
    for (const path of [`/orders/${id}`, `/orders/${id}?key=forged`, `/api/orders/${id}`]) {
      const page = await stranger.visit(path)
      expect(page.status).toBe(404)
      expect(page.text).not.toContain('Ann Field')
    }
    const pressed = await stranger.press({ ...declined, path: `/orders/${id}` }, 'Pay with this card', { paymentMethod: 'pm_card_visa' })
    expect(pressed.status).toBe(404)
    expect(await store.violationsAtRest()).toEqual([])
    expect((await store.merchant.orderStates()).get(id)).toBe('DECLINED')
  })

  test.each(['1', '..%2f..', "' OR 1=1", '00000000-0000-4000-8000-000000000000'])('cannot be guessed: %s', async (id) => {
    for (const path of [`/orders/${id}`, `/api/orders/${id}`]) expect((await new Shopper(store.url).visit(path)).status).toBe(404)
  })
})

describe('an address', () => {
  test.each([
    ['/p/none', 404],
    ['/p/%00', 404],
    ['/p/%ff', 400],
    [`/p/${'x'.repeat(3000)}`, 404],
    ['/c/none', 404],
    ['/c/shoes/colour-red', 404],
    ['/nothing/here', 404],
    ['/bench/empty', 404],
    ['/media/0123456789abcdef/320.avif', 404],
    ['/media/..%2f..%2fpackage/320.jpg', 404],
    ['/media/x/y', 404],
    ['/_next/image?url=%2Fmedia%2F0123456789abcdef%2F480.jpg&w=640&q=75', 404],
    ['/cart/lines', 405],
    ['/cart/code', 405],
    ['/api/stock', 400],
    ['/api/stock?sku=%00', 400],
    [`/api/stock?${'sku=MOUSE&'.repeat(51)}`, 400],
  ])('that leads nowhere says so: %s', async (path, status) => {
    const page = await new Shopper(store.url).visit(path)
    expect(page.status).toBe(status)
    expect(page.text).not.toBe('')
    expectClear(page)
  })

  test('that is made up is not kept on disk', async () => {
    for (let n = 0; n < 5; n += 1) await new Shopper(store.url).visit(`/p/made-up-${n}`)
    const kept = readdirSync(store.buildFolder, { recursive: true, encoding: 'utf8' })
    expect(kept.filter((name) => name.includes('made-up'))).toEqual([])
    expect(kept.filter((name) => name.endsWith('cordless-mouse.html'))).not.toEqual([])
  })
})

describe('a request', () => {
  const body = Buffer.from('sku=MOUSE&quantity=1')

  test.each([
    ['from another site', { 'content-type': FORM, origin: 'https://shop.example' }, body, 403],
    ['from a page that hides where it is from', { 'content-type': FORM, origin: 'null' }, body, 403],
    ['of unsaid length', { 'content-type': FORM, 'transfer-encoding': 'chunked' }, body, 411],
    ['of 65 KiB', { 'content-type': FORM }, Buffer.alloc(65 * 1024, 'a'), 413],
    ['of 100 MB, as it says', { 'content-type': FORM, 'content-length': '100000000' }, body, 413],
    ['that is JSON', { 'content-type': 'application/json' }, Buffer.from('{"sku":"MOUSE","quantity":1}'), 400],
    ['that is broken multipart', { 'content-type': 'multipart/form-data; boundary=x' }, Buffer.from('--x\r\nnonsense'), 400],
  ])('%s changes nothing', async (_, headers, bytes, status) => {
    const page = await raw('POST', '/cart/lines', headers, bytes)
    expect(page.status).toBe(status)
    expect(page.cookies).toEqual([])
    expectClear(page)
  })

  test('to hear what a web process keeps needs the token that our own processes share', async () => {
    for (const authorization of ['', 'Bearer ', 'Bearer wrong'])
      expect((await raw('GET', '/api/cache', { authorization })).status).toBe(401)
  })

  test('to speak something else than HTTP is answered in HTTP', async () => {
    const answer = await raw('GET', '/nothing', { connection: 'Upgrade', upgrade: 'websocket' }, Buffer.alloc(0))
    expect(answer.status).toBe(404)
  })
})

const FORM = 'application/x-www-form-urlencoded'

function tokenOn(page: Page): string {
  return page.forms.find((form) => form.buttons.includes('Place order'))?.fields.checkout ?? ''
}

/** Another payload under the signature that was made for the first. */
function forge(signed: string): string {
  const [payload = '', signature = ''] = signed.split('.')
  const text = Buffer.from(payload, 'base64url')
    .toString()
    .replace(/,(\d+)\]\]/, (_, n) => `,${Number(n) + 1}]]`)
  return `${Buffer.from(text).toString('base64url')}.${signature}`
}

type Answer = { readonly status: number; readonly html: string; readonly cookies: readonly string[] }

/** A request as nobody's browser would send it. */
function raw(method: string, path: string, headers: Record<string, string>, body = Buffer.alloc(0)): Promise<Answer> {
  const length = headers['transfer-encoding'] ? {} : { 'content-length': body.length }
  const options = { method, headers: { accept: 'text/html', ...length, ...headers }, timeout: 10_000 }
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, store.url), options, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const { statusCode: status = 0, headers: got } = response
        resolve({ status, html: Buffer.concat(chunks).toString(), cookies: got['set-cookie'] ?? [] })
        sent.destroy()
      })
    })
    sent.once('error', reject)
    sent.once('timeout', () => sent.destroy(new Error('no answer in time')))
    sent.write(body)
    if (!headers['content-length']) sent.end()
  })
}
