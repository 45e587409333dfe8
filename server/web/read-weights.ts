/** No browser says more; what does is not read to its end. */
export const MAX_LENGTH = 500

/** What an `Accept…` header (RFC 9110, 12.4.2) gives each name that stands in it, in lower case. */
export function readWeights(accepted: string): Map<string, number> {
  const weights = new Map<string, number>()
  for (const part of accepted.slice(0, MAX_LENGTH).split(',')) {
    const [name = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase())
    const q = parameters.find((parameter) => parameter.startsWith('q='))
    weights.set(name, q === undefined ? 1 : Number(q.slice(2)) || 0)
  }
  return weights
}
