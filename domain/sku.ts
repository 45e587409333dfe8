/**
 * A stock-keeping unit: its product's code, then what tells the variant apart, as in `CANVASHI-BLACK-42`. It begins with the product's
 * code so that any process can tell a SKU's inventory shard without a look-up (docs/decisions/0004).
 */
export type Sku = string & { readonly __brand: 'Sku' }

export const SKU_MAX_LENGTH = 48

const PATTERN = /^[A-Z0-9]{2,16}(-[A-Z0-9]{1,12}){0,3}$/

export function isSku(text: string): text is Sku {
  return text.length <= SKU_MAX_LENGTH && PATTERN.test(text)
}

/** For literals and rows that were checked before; text from outside goes through `isSku`. */
export function sku(text: string): Sku {
  if (!isSku(text)) throw new Error(`not a SKU: ${JSON.stringify(text.slice(0, 60))}`)
  return text
}

export function productCodeOf(unit: Sku): string {
  const end = unit.indexOf('-')
  return end === -1 ? unit : unit.slice(0, end)
}
