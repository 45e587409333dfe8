import type { Sku } from '#/domain/sku.ts'
import type { PlaceAnswer } from './stock-counters.ts'

/** Turns the reply of place.lua into the port's answer; `skus` in the order in which the lines were sent. */
export function parsePlaceReply(reply: unknown, skus: readonly Sku[]): PlaceAnswer {
  const [code, ...words] = reply as [string, ...(string | number)[]]
  switch (code) {
    case 'PLACED':
    case 'SEEN':
      return { code, placedAtMs: Number(words[0]) }
    case 'CHECKOUT_CHANGED':
    case 'NOT_READY':
    case 'TOO_LATE':
    case 'BACKLOG_FULL':
      return { code }
    case 'NOT_ON_SALE':
    case 'PRICE_CHANGED':
      return { code, skus: words.map((line) => skuAt(line)) }
    case 'LIMIT_REACHED':
      return { code, limits: pairs().map(([line, limit]) => ({ sku: skuAt(line), limit })) }
    case 'SOLD_OUT':
      return { code, short: pairs().map(([line, available]) => ({ sku: skuAt(line), available })) }
    default:
      throw new Error(`place.lua answered ${JSON.stringify(reply)}`)
  }

  function skuAt(line: string | number): Sku {
    const sku = skus[Number(line) - 1]
    if (!sku) throw new Error(`place.lua named line ${line} of ${skus.length}`)
    return sku
  }

  function pairs(): [number, number][] {
    return Array.from({ length: words.length / 2 }, (_, i) => [Number(words[2 * i]), Number(words[2 * i + 1])])
  }
}
