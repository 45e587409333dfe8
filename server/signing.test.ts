import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { testEnv } from '#/drill/engine/test-env.ts'
import { isSignature, type Purpose, sign, signed, unsigned } from './signing.ts'

const PURPOSES: readonly Purpose[] = ['cart', 'checkout', 'checkout-note', 'orders', 'order-link']

beforeAll(() => {
  Object.assign(process.env, testEnv({ SESSION_SECRET: `${'new-secret-'.repeat(4)},${'old-secret-'.repeat(4)}` }))
})

const purpose = fc.constantFrom(...PURPOSES)
/** What JSON keeps: no -0, no undefined. */
const payload = fc.jsonValue()

test('what was signed for a purpose is read back for that purpose, and for no other', () => {
  fc.assert(
    fc.property(purpose, purpose, payload, (mine, other, content) => {
      const text = signed(mine, content)
      expect(JSON.stringify(unsigned(mine, text))).toBe(JSON.stringify(content))
      if (other !== mine) expect(unsigned(other, text)).toBeNull()
    }),
  )
})

test('a text in which one character is another, or that is cut anywhere, proves nothing', () => {
  fc.assert(
    fc.property(
      fc.record({ a: fc.string() }),
      fc.nat(),
      fc.constantFrom('A', 'z', '0', '_', '-', '.', '=', ' ', '\0'),
      (content, at, character) => {
        const text = signed('cart', content)
        const place = at % text.length
        fc.pre(text[place] !== character)
        expect(unsigned('cart', text.slice(0, place) + character + text.slice(place + 1))).toBeNull()
        expect(unsigned('cart', text.slice(0, place))).toBeNull()
        expect(unsigned('cart', text + character)).toBeNull()
      },
    ),
  )
})

test('no text that we did not sign is believed, and none of them throws', () => {
  fc.assert(
    fc.property(purpose, fc.oneof(fc.string({ unit: 'binary' }), fc.base64String(), fc.string()), (mine, text) => {
      expect(unsigned(mine, text)).toBeNull()
      expect(unsigned(mine, `${text}.${text}`)).toBeNull()
    }),
  )
  for (const text of ['', '.', '..', 'e30.', '.e30', '\ud800.\ud800', `${'x'.repeat(100_000)}.y`]) expect(unsigned('cart', text)).toBeNull()
})

test('what holds no JSON is null, even under a signature of ours', () => {
  const text = Buffer.from('{"half":').toString('base64url')
  expect(unsigned('cart', `${text}.${sign('cart', text)}`)).toBeNull()
})

test('a secret that was replaced is still believed, one that was withdrawn is not', () => {
  const newest = sign('orders', 'x')
  expect(isSignature('orders', 'x', newest)).toBe(true)
  const secrets = (process.env.SESSION_SECRET ?? '').split(',')
  const [first, second] = secrets.map((secret) => signatureUnder(secret))
  expect(newest).toBe(first)
  expect(isSignature('orders', 'x', second ?? '')).toBe(true)
  expect(isSignature('orders', 'x', signatureUnder('a-secret-that-nobody-has-any-more'))).toBe(false)

  function signatureUnder(secret: string): string {
    return createHmac('sha256', secret).update('orders\nx').digest('base64url')
  }
})
