import { unreachable } from '#/domain/unreachable.ts'
import type { LayerReport } from './report.ts'

/** What a layer is called before people. */
export function layerWords({ layer, origin }: Pick<LayerReport, 'layer' | 'origin'>): string {
  switch (layer) {
    case 'edge':
      return `edge ${origin}`
    case 'trees':
      return 'edge, for soft steps'
    case 'memory':
      return `memory of ${origin}`
    case 'shared':
      return 'shared (Redis cache)'
    case 'photographs':
      return 'photographs'
    case 'files':
      return 'scripts, styles, fonts'
    default:
      return unreachable(layer)
  }
}
