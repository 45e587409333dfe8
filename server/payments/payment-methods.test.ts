import { afterEach, expect, test, vi } from 'vitest'
import { testEnv } from '#/drill/engine/test-env.ts'

/** In a process that was just started with this environment. */
async function started(change: Record<string, string>) {
  vi.resetModules()
  for (const [name, value] of Object.entries(testEnv(change))) vi.stubEnv(name, value)
  return import('./payment-methods.ts')
}
afterEach(() => vi.unstubAllEnvs())

const TOKEN = 'ctoken_1Abcdefghijklmnop'

test('without a publishable key shoppers pay with test cards, and with nothing else', async () => {
  const { cardForm, isPaymentMethod } = await started({})
  expect(cardForm()).toBeNull()
  expect(isPaymentMethod('pm_card_visa')).toBe(true)
  for (const text of [TOKEN, 'pm_card_amex', 'pm_1Real', '', 'constructor', '4242424242424242']) expect(isPaymentMethod(text)).toBe(false)
})

test('with a publishable key they pay with tokens of the card form, and a test card pays for nothing', async () => {
  const { cardForm, isPaymentMethod } = await started({ STRIPE_PUBLISHABLE_KEY: 'pk_live_1' })
  expect(cardForm()).toEqual({ publishableKey: 'pk_live_1', scriptUrl: expect.stringMatching(/^https:\/\/js\.stripe\.com\//) })
  expect(isPaymentMethod(TOKEN)).toBe(true)
  for (const text of ['pm_card_visa', 'pm_1Real', 'ctoken_', 'ctoken_x y', `ctoken_${'x'.repeat(191)}`, `${TOKEN}\n`, '4242424242424242'])
    expect(isPaymentMethod(text)).toBe(false)
})

test('a publishable key that is a secret one stops the process', async () => {
  const { cardForm } = await started({ STRIPE_PUBLISHABLE_KEY: 'sk_live_1' })
  expect(() => cardForm()).toThrow('STRIPE_PUBLISHABLE_KEY')
})
