import type { AllowanceKey } from '#/domain/allowance.ts'
import type { Sku } from '#/domain/sku.ts'
import { log } from '../telemetry/log.ts'
import type { ClaimAnswer, Part, PlaceAnswer } from './stock-counters.ts'

type Words = [code: string, ...words: (string | number)[]]

/** Turns the reply of place.lua to one placing into the port's answer; lines and allowances are named by their place in `part`. */
export function parsePlaceReply(reply: unknown, part: Pick<Part, 'lines' | 'allowances'>): Exclude<PlaceAnswer, { code: 'UNKNOWN' }> {
  const [code, ...words] = reply as Words
  switch (code) {
    case 'PLACED':
    case 'SEEN':
      return { code, placedAtMs: Number(words[0]) }
    case 'CHECKOUT_CHANGED':
    case 'BUSY':
    case 'VOIDED':
    case 'NOT_READY':
    case 'TOO_LATE':
    case 'BACKLOG_FULL':
    case 'CODE_CHANGED':
      return { code }
    case 'NOT_ON_SALE':
    case 'PRICE_CHANGED':
      return { code, skus: words.map((line) => skuAt(line)) }
    case 'LIMIT_REACHED':
      return { code, limits: pairs().map(([line, limit]) => ({ sku: skuAt(line), limit })) }
    case 'SOLD_OUT':
      return { code, short: pairs().map(([line, available]) => ({ sku: skuAt(line), available })) }
    case 'USED_UP':
      return { code, allowances: words.map((place) => allowanceAt(place)) }
    case 'BROKEN':
      log.error({ skus: part.lines.map((line) => line.sku), error: words[0] }, 'what core has of an order cannot be read')
      return { code: 'NOT_READY' }
    default:
      throw new Error(`place.lua answered ${JSON.stringify(reply)}`)
  }

  function skuAt(line: string | number): Sku {
    const sku = part.lines[Number(line) - 1]?.sku
    if (!sku) throw new Error(`place.lua named line ${line} of ${part.lines.length}`)
    return sku
  }

  function allowanceAt(place: string | number): AllowanceKey {
    const key = part.allowances[Number(place) - 1]?.key
    if (!key) throw new Error(`place.lua named allowance ${place} of ${part.allowances.length}`)
    return key
  }

  function pairs(): [number, number][] {
    return Array.from({ length: words.length / 2 }, (_, i) => [Number(words[2 * i]), Number(words[2 * i + 1])])
  }
}

/** The same for claim-checkout.lua. */
export function parseClaimReply(reply: unknown): ClaimAnswer {
  const [code, placedAt] = reply as Words
  switch (code) {
    case 'SEEN':
      return { code, placedAtMs: Number(placedAt) }
    case 'CLAIMED':
    case 'CHECKOUT_CHANGED':
    case 'BUSY':
    case 'TOO_LATE':
    case 'NOT_READY':
      return { code }
    default:
      throw new Error(`claim-checkout.lua answered ${JSON.stringify(reply)}`)
  }
}
