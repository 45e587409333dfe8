import { expect, test } from 'vitest'
import { slotOf } from './key-slot.ts'

test.each([
  ['123456789', 12_739], // the check value of CRC-16/XMODEM, from the specification
  ['foo', 12_182],
  ['{user1000}.following', 3443],
  ['foo{}{bar}', 8363],
  ['foo{{bar}}zap', 4015],
  ['foo{bar}{zap}', 5061],
])('the slot of %s is the one that Redis says: %i', (key, slot) => {
  expect(slotOf(key)).toBe(slot)
})
