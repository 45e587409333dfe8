import { expect, test } from 'vitest'
import { oneAddress } from './one-address.ts'

test('letters and digits have one spelling, and nothing else is touched', () => {
  const all = Array.from({ length: 256 }, (_, code) => `%${code.toString(16).padStart(2, '0')}`)
  expect(
    all
      .map(oneAddress)
      .filter((spelt, code) => spelt !== all[code])
      .join(''),
  ).toBe('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz')
  expect(oneAddress('/p/%61b%63?q=%2561%2F%E4')).toBe('/p/abc?q=%2561%2F%E4')
  expect(oneAddress('/p/abc')).toBe('/p/abc')
  for (const damaged of ['/p/%%36%31', '/p/%61%', '/p/%6%31']) expect(oneAddress(damaged)).toBe(damaged)
})
