import { expect, test } from 'vitest'
import { orderNumber } from './order-number.ts'

test('is short, readable aloud, and always the same for an order', () => {
  const number = orderNumber('0f8fad5b-d9cb-469f-a165-70867728950e')
  expect(number).toMatch(/^SD-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/)
  expect(orderNumber('0f8fad5b-d9cb-469f-a165-70867728950e')).toBe(number)
  expect(orderNumber('0f8fad5b-d9cb-469f-a165-70867728950f')).not.toBe(number)
})
