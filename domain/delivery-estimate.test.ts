import { expect, test } from 'vitest'
import { CUSTOMS_COUNTRIES, deliveryWindow, windowWords } from './delivery-estimate.ts'

test.each([
  ['2026-11-25', 'a Wednesday', '2026-11-30', '2026-12-02'],
  ['2026-11-27', 'a Friday', '2026-12-02', '2026-12-04'],
  ['2026-11-28', 'a Saturday', '2026-12-02', '2026-12-04'],
  ['2026-11-29', 'a Sunday', '2026-12-02', '2026-12-04'],
  ['2026-12-30', 'the end of a year', '2027-01-04', '2027-01-06'],
  ['2028-02-28', 'the end of February in a leap year', '2028-03-02', '2028-03-06'],
])('standard delivery of an order of %s, %s, counts working days only', (orderedOn, _, from, to) => {
  expect(deliveryWindow(orderedOn, 'standard')).toEqual({ from, to })
})

test('express is there on the next working day, or the one after', () => {
  expect(deliveryWindow('2026-11-26', 'express')).toEqual({ from: '2026-11-27', to: '2026-11-30' })
  expect(deliveryWindow('2026-11-27', 'express')).toEqual({ from: '2026-11-30', to: '2026-12-01' })
})

test('no order arrives on a Saturday or a Sunday', () => {
  for (let day = 1; day <= 28; day += 1) {
    for (const method of ['standard', 'express'] as const) {
      const { from, to } = deliveryWindow(`2026-02-${String(day).padStart(2, '0')}`, method)
      for (const arrival of [from, to]) expect([0, 6]).not.toContain(new Date(arrival).getUTCDay())
      expect(from < to).toBe(true)
    }
  }
})

test('days read as people say them', () => {
  expect(windowWords({ from: '2026-11-30', to: '2026-12-02' })).toBe('Mon 30 Nov – Wed 2 Dec')
  expect(windowWords({ from: '2027-05-07', to: '2027-05-07' })).toBe('Fri 7 May')
})

test('parcels go through customs where we do not charge the tax of the destination', () => {
  expect(CUSTOMS_COUNTRIES).toEqual(['CH', 'GB', 'NO'])
})
