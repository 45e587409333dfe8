import { asOfTag } from '../cache/as-of.ts'
import { isTag } from '../cache/manifest.ts'
import type { Purge } from './purge.ts'
import type { Control } from './purge-keys.ts'

/** A header that Varnish takes is at most 8 KB long. */
const MOST_TAGS = 50
const PATIENCE_MS = 5000

/**
 * Has Varnish forget what a purge is about, by deploy/edge/saleday.vcl: it looks at the tags itself, and leaves alone what says that it is new.
 * Returns how many orders that took. Safe to repeat; throws while Varnish is away.
 */
export async function banTags(control: Control, { upTo: { epoch }, told }: Purge): Promise<number> {
  if (told === null) {
    await ban(control, { 'x-ban-tags': '*' })
    return 1
  }
  const orders = [...Map.groupBy(told, ([, sequence]) => sequence)].flatMap(([sequence, entries]) => {
    // What nothing could carry is no pattern either.
    const tags = entries.map(([tag]) => tag).filter(isTag)
    const unless = asOfTag({ epoch, sequence: 0 }).replace(/0$/, atLeast(sequence))
    return chunks(tags).map((some) => ({ 'x-ban-tags': some.join('|'), 'x-ban-unless': unless }))
  })
  for (const order of orders) await ban(control, order)
  return orders.length
}

/** A pattern of the whole numbers from one on, above nothing. */
export function atLeast(least: number): string {
  const digits = [...String(least)]
  const greater = digits.flatMap((digit, at) => {
    if (digit === '9') return []
    return [`${digits.slice(0, at).join('')}[${Number(digit) + 1}-9][0-9]{${digits.length - at - 1}}`]
  })
  return `(${[least, ...greater, `[1-9][0-9]{${digits.length},}`].join('|')})`
}

function chunks(tags: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(tags.length / MOST_TAGS) }, (_, n) => tags.slice(n * MOST_TAGS, (n + 1) * MOST_TAGS))
}

async function ban({ url, token }: Control, order: Record<string, string>): Promise<void> {
  const { status } = await fetch(url, {
    method: 'BAN',
    headers: { 'x-edge-token': token, ...order },
    signal: AbortSignal.timeout(PATIENCE_MS),
  })
  if (status !== 200) throw new Error(`Varnish answered a ban with ${status}`)
}
