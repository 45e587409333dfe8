import { ENCODINGS, type Encoding } from './finished-pages.ts'

/** The best of the encodings that we have ready which `Accept-Encoding` (RFC 9110, 12.5.3) allows; plain bytes where it allows none. */
export function chooseEncoding(accepted: string | undefined): Encoding {
  if (accepted === undefined) return 'identity'
  const known = chosen.get(accepted)
  if (known) return known
  const encoding = choose(accepted)
  // Browsers say one of a handful; whoever makes up others does not fill our memory.
  if (chosen.size >= MAX_KNOWN) chosen.clear()
  if (accepted.length <= MAX_LENGTH) chosen.set(accepted, encoding)
  return encoding
}

const MAX_KNOWN = 100
const chosen = new Map<string, Encoding>()

function choose(accepted: string): Encoding {
  const weights = new Map<string, number>()
  for (const part of accepted.slice(0, MAX_LENGTH).split(',')) {
    const [name = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase())
    const q = parameters.find((parameter) => parameter.startsWith('q='))
    weights.set(name, q === undefined ? 1 : Number(q.slice(2)) || 0)
  }
  const others = weights.get('*')
  const weightOf = (encoding: Encoding) => weights.get(encoding) ?? (encoding === 'identity' ? (others === 0 ? 0 : LEAST) : (others ?? 0))
  return ENCODINGS.reduce<Encoding>((best, encoding) => (weightOf(encoding) > weightOf(best) ? encoding : best), 'identity')
}

/** No browser says more; what does is not read to its end. */
const MAX_LENGTH = 500

/** Plain bytes are always allowed unless they are refused, and never preferred. */
const LEAST = 0.0001
