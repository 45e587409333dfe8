import { ENCODINGS, type Encoding } from './kept-pages.ts'
import { MAX_LENGTH, readWeights } from './read-weights.ts'

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
  const weights = readWeights(accepted)
  const others = weights.get('*')
  const weightOf = (encoding: Encoding) => weights.get(encoding) ?? (encoding === 'identity' ? (others === 0 ? 0 : LEAST) : (others ?? 0))
  return ENCODINGS.reduce<Encoding>((best, encoding) => (weightOf(encoding) > weightOf(best) ? encoding : best), 'identity')
}

/** Plain bytes are always allowed unless they are refused, and never preferred. */
const LEAST = 0.0001
