import { findPool } from './edge-options.ts'
import { type Environment, localEnv, namedIn, type OperatorServers } from './operator.ts'
import { StepFailed } from './progress.ts'
import { readRunning } from './run-record.ts'
import type { StateFolder } from './state-folder.ts'

/** Words of the command line that say themselves what is walked, or ask for help. */
const SAY_WHERE = /^(--url|--edge|--help|help)(=|$)/

/**
 * Where the shop is reached, as server/env.ts reads it: what the environment names, else the edge that runs on this machine and the web processes
 * behind it, else the store that does. Null where the command line says it. Throws `StepFailed` where there is nothing.
 */
export function findShop(args: readonly string[], outside: Environment, openState: () => StateFolder): OperatorServers | null {
  if (args.some((word) => SAY_WHERE.test(word))) return null
  const named = namedIn(outside)
  if (named.PREWARM_URLS || named.EDGE_URL) return { env: named, where: 'what PREWARM_URLS and EDGE_URL name' }
  const state = openState()
  const [store, edge] = [readRunning(state.path), readRunning(state.edge)]
  if (!store && !edge) {
    if (named.WEB_URL) return { env: named, where: 'what WEB_URL names' }
    throw new StepFailed(
      'There is no shop to warm',
      'PREWARM_URLS, EDGE_URL and WEB_URL are not set, and neither an edge nor a store runs on this machine.',
      'Open the store with npm start, or say where it is: npm run prewarm -- --url https://shop.example',
    )
  }
  const pool = findPool(store, outside)
  const local = store ? localEnv(state, store.url, named) : {}
  const hasPostgres = named.DATABASE_URL || store?.services.includes('Postgres')
  const env = {
    ...named,
    ...local,
    ...(pool.length > 0 && { PREWARM_URLS: pool.map((address) => `http://${address}`).join(',') }),
    ...(edge && { EDGE_URL: edge.url }),
  }
  if (!hasPostgres) Reflect.deleteProperty(env, 'DATABASE_URL')
  if (pool.length === 0 && named.WEB_URL) return { env, where: `what WEB_URL names, and the edge that runs at ${edge?.url}` }
  return { env, where: whereWords(pool.length, edge?.url) }
}

function whereWords(webs: number, edge: string | undefined): string {
  if (webs === 0) return `the edge that runs at ${edge}; EDGE_POOL would say which web processes are behind it`
  const behind = webs === 1 ? 'the web process' : `the ${webs} web processes`
  return edge ? `${behind} behind the edge, and the edge that runs at ${edge}` : `${behind} of the store; no edge runs here`
}
