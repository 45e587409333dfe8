import { expect, test } from 'vitest'
import { idEndOf, orderNumber } from './order-number.ts'

test('is short, readable aloud, and always the same for an order', () => {
  const number = orderNumber('0f8fad5b-d9cb-469f-a165-70867728950e')
  expect(number).toMatch(/^SD-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/)
  expect(orderNumber('0f8fad5b-d9cb-469f-a165-70867728950e')).toBe(number)
  expect(orderNumber('0f8fad5b-d9cb-469f-a165-70867728950f')).not.toBe(number)
})

test('a number leads back to the end of its id, however it was typed', () => {
  const id = '0189f3a1-7c2e-4b55-9d10-3f6e0a8b9c21'
  const number = orderNumber(id)
  expect(idEndOf(number)).toBe('6e0a8b9c21')
  expect(idEndOf(` ${number.toLowerCase().replaceAll('-', '').replaceAll('0', 'o').replaceAll('1', 'l')} `)).toBe('6e0a8b9c21')
  for (const none of ['', 'SD-', 'SD-1234-567U', 'SD-1234-56789', 'XX-1234-5678', id]) expect(idEndOf(none)).toBeNull()
})
