/** Whether somebody would rather have JSON than a page, as `Accept` (RFC 9110, 12.5.1) tells it. A browser that posts a form would not. */
export function prefersJson(accept: string | null): boolean {
  const weights = new Map<string, number>()
  for (const part of (accept ?? '').slice(0, MAX_LENGTH).split(',')) {
    const [type = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase())
    const q = parameters.find((parameter) => parameter.startsWith('q='))
    weights.set(type, q === undefined ? 1 : Number(q.slice(2)) || 0)
  }
  const weightOf = (kind: string, type: string) => weights.get(`${kind}/${type}`) ?? weights.get(`${kind}/*`) ?? weights.get('*/*') ?? 0
  return weightOf('application', 'json') > weightOf('text', 'html')
}

/** No browser says more; what does is not read to its end. */
const MAX_LENGTH = 500
