import { readWeights } from './read-weights.ts'

/** Whether somebody would rather have JSON than a page, as `Accept` (RFC 9110, 12.5.1) tells it. A browser that posts a form would not. */
export function prefersJson(accept: string | null): boolean {
  const weights = readWeights(accept ?? '')
  const weightOf = (kind: string, type: string) => weights.get(`${kind}/${type}`) ?? weights.get(`${kind}/*`) ?? weights.get('*/*') ?? 0
  return weightOf('application', 'json') > weightOf('text', 'html')
}
