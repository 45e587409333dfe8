import { findPool } from './edge-options.ts'
import { localEnv, type OperatorServers } from './operator.ts'
import { StepFailed } from './progress.ts'
import { readRunning } from './run-record.ts'
import type { StateFolder } from './state-folder.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Words of the command line that say themselves what is walked, or ask for help. */
const SAY_WHERE = /^(--url|--edge|--help|help)(=|$)/

/**
 * Where the shop is reached, as server/env.ts reads it: what the environment names, else the edge that runs on this machine and the web processes
 * behind it, else the store that does. Null where the command line says it. Throws `StepFailed` where there is nothing.
 */
export function findShop(args: readonly string[], outside: Environment, openState: () => StateFolder): OperatorServers | null {
  if (args.some((word) => SAY_WHERE.test(word))) return null
  const named = Object.fromEntries(Object.entries(outside).filter((entry): entry is [string, string] => Boolean(entry[1])))
  if (named.PREWARM_URLS || named.EDGE_URL) return { env: named, where: 'what PREWARM_URLS and EDGE_URL name' }
  const state = openState()
  const [store, edge] = [readRunning(state.path), readRunning(state.edge)]
  if (!store && !edge) {
    throw new StepFailed(
      'There is no shop to warm',
      'PREWARM_URLS and EDGE_URL are not set, and neither an edge nor a store runs on this machine.',
      'Open the store with npm start, or say where it is: npm run prewarm -- --url https://shop.example',
    )
  }
  const pool = findPool(store, outside)
  const local = store ? localEnv(state, store.url, named) : {}
  const hasPostgres = named.DATABASE_URL || store?.services.includes('Postgres')
  const env = {
    ...named,
    ...local,
    PREWARM_URLS: pool.map((address) => `http://${address}`).join(','),
    ...(edge && { EDGE_URL: edge.url }),
  }
  if (!hasPostgres) Reflect.deleteProperty(env, 'DATABASE_URL')
  const behind = pool.length === 1 ? 'the web process' : `the ${pool.length} web processes`
  return {
    env,
    where: edge ? `${behind} behind the edge, and the edge that runs at ${edge.url}` : `${behind} of the store; no edge runs here`,
  }
}
