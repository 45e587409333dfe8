import { expect, test } from 'vitest'
import { formatMoney } from './money.ts'

test('shows minor units with both decimals and grouped thousands', () => {
  expect(formatMoney({ minor: 1_299_00, currency: 'EUR' })).toBe('€1,299.00')
  expect(formatMoney({ minor: 5, currency: 'EUR' })).toBe('€0.05')
})
