import { expect, test } from 'vitest'
import { INVENTORY_SHARDS, shardOf } from './sharding.ts'
import { isSku, productCodeOf, sku } from './sku.ts'

test.each(['LAMP', 'SHOE-42', 'CANVASHI-BLACK-42', 'A1'])('%s is a SKU', (text) => {
  expect(isSku(text)).toBe(true)
})

test.each(['', 'a', 'lamp', 'LAMP-', '-LAMP', 'LAMP--42', 'LAMP 42', 'LAMP\0', 'LAMP-42-1-2-3', 'X'.repeat(60), "LAMP'--", 'ÄPFEL'])(
  'nothing else is: %j',
  (text) => {
    expect(isSku(text)).toBe(false)
    expect(() => sku(text)).toThrow('not a SKU')
  },
)

test('the product is read off the SKU, so that variants of one product share a shard', () => {
  expect(productCodeOf(sku('CANVASHI-BLACK-42'))).toBe('CANVASHI')
  expect(shardOf(sku('CANVASHI-BLACK-42'))).toBe(shardOf(sku('CANVASHI-RED-38')))
  expect(shardOf(sku('LAMP'))).toBeLessThan(INVENTORY_SHARDS)
})
