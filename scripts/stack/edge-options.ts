import net from 'node:net'
import { type Environment, findServers } from './operator.ts'
import { StepFailed } from './progress.ts'
import { readRunning } from './run-record.ts'
import type { StateFolder } from './state-folder.ts'

/** Where an edge stands, in front of what. */
export type EdgePlace = {
  readonly port: number
  readonly pool: readonly string[]
  readonly publicHost: string
  readonly hosts: readonly string[]
  /** Who may say for whom he asks: addresses, and networks as `10.0.0.0/8`. */
  readonly trusted: readonly string[]
  readonly assets: string
  readonly media: string
  /** Where it hears of edits; null where nobody says. */
  readonly databaseUrl: string | null
}

const DEFAULT_PORT = 8080
const ADDRESS = /^[A-Za-z0-9.-]+:\d{1,5}$|^\[[0-9a-f:]+\]:\d{1,5}$/
const HOST = /^[A-Za-z0-9.-]+$/

/**
 * In front of the store that `npm start` runs on this machine and of the web processes that EDGE_POOL names, one of which there must be.
 * Throws `StepFailed` for what it does not understand.
 */
export function findEdgePlace(state: StateFolder, env: Environment): EdgePlace {
  const running = readRunning(state.path)
  const pool = findPool(running, env)
  const publicUrl = env.PUBLIC_URL || running?.url
  if (pool.length === 0 || !publicUrl) {
    throw new StepFailed(
      'There is no store to stand in front of',
      'No store runs on this machine, and EDGE_POOL and PUBLIC_URL do not say where one is.',
      'Open the store with npm start, or name its web processes (docs/guides/configuration.md).',
    )
  }
  const { host, hostname } = readUrl(publicUrl)
  const hosts = list(env.EDGE_HOSTS, (text) => HOST.test(text), 'EDGE_HOSTS', 'a name such as shop.example')
  return {
    port: readPort(env.EDGE_PORT),
    pool,
    publicHost: host,
    hosts: [...new Set([hostname, 'localhost', '127.0.0.1', ...hosts])],
    trusted: list(env.EDGE_TRUSTED, isNetwork, 'EDGE_TRUSTED', 'an address or a network, such as 10.0.0.0/8'),
    assets: env.ASSETS_DIR || state.assets,
    media: env.MEDIA_DIR || state.media,
    databaseUrl: (running ? findServers(env, ['DATABASE_URL'], () => state).env.DATABASE_URL : env.DATABASE_URL) || null,
  }
}

/** The web process of the store that runs on this machine, and those that EDGE_POOL names, each once. */
export function findPool(running: { readonly url: string } | null, env: Environment): string[] {
  const more = list(env.EDGE_POOL, (text) => ADDRESS.test(text), 'EDGE_POOL', 'an address such as 10.0.0.2:3000')
  return [...new Set([...(running ? [`127.0.0.1:${new URL(running.url).port}`] : []), ...more])]
}

function readPort(text: string | undefined): number {
  const port = text ? Number(text) : DEFAULT_PORT
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port
  throw new StepFailed('That is no port', `EDGE_PORT is ${JSON.stringify(text)}`, 'Choose one from 1 to 65535: EDGE_PORT=8080 npm run edge')
}

function readUrl(text: string): URL {
  const url = URL.parse(text)
  // It stands in the configuration of the edge, where a name may say more than a name.
  if (url && /^(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::\d+)?$/i.test(url.host)) return url
  throw new StepFailed(
    'That is no address',
    `PUBLIC_URL is ${JSON.stringify(text)}`,
    'Say how shoppers reach the store: PUBLIC_URL=https://shop.example',
  )
}

/** An address, or one with how many bits of it count. */
function isNetwork(text: string): boolean {
  const [address = '', bits = '0', ...more] = text.split('/')
  const most = { 0: -1, 4: 32, 6: 128 }[net.isIP(address)] ?? -1
  return more.length === 0 && !address.includes('%') && /^\d{1,3}$/.test(bits) && Number(bits) <= most
}

/** After commas. What goes into a configuration is looked at first. */
function list(text: string | undefined, isOne: (text: string) => boolean, name: string, what: string): string[] {
  const entries = (text ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean)
  const bad = entries.find((entry) => !isOne(entry))
  if (bad === undefined) return entries
  throw new StepFailed(`${name} is not understood`, `${JSON.stringify(bad)} is not ${what}`, 'Name one, or several after commas.')
}
