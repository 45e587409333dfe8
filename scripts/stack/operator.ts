import { readKeptPorts } from './kept-ports.ts'
import { postgresUrl } from './postgres.ts'
import { StepFailed } from './progress.ts'
import { redisUrl } from './redis.ts'
import { readRunning } from './run-record.ts'
import { readSecrets } from './secrets.ts'
import type { StateFolder } from './state-folder.ts'
import { storeEnv } from './store-env.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** What is set; an empty value is none. */
export function namedIn(outside: Environment): Record<string, string> {
  return Object.fromEntries(Object.entries(outside).filter((entry): entry is [string, string] => Boolean(entry[1])))
}

/** Where a command for operators reaches what it needs, as server/env.ts reads it, and in words for the person who runs it. */
export type OperatorServers = { readonly env: Record<string, string>; readonly where: string }

/** Which service of a running store stands behind each address that it may have from outside instead. */
const BEHIND = {
  DATABASE_URL: 'Postgres',
  CORE_REDIS_URL: 'Redis core',
  CACHE_REDIS_URL: 'Redis cache',
  STRIPE_SECRET_KEY: 'payment gateway',
} as const

export type OperatorAddress = keyof typeof BEHIND

/**
 * The servers that a command needs: those that the environment names, else those of the store that `npm start` runs on this machine. Starts
 * nothing. `openState` is asked only where the environment does not name them all. Throws `StepFailed` where neither has one.
 */
export function findServers(outside: Environment, needed: readonly OperatorAddress[], openState: () => StateFolder): OperatorServers {
  const named = namedIn(outside)
  const given = needed.filter((name) => named[name])
  if (given.length === needed.length) return { env: named, where: namedBy(given) }
  const state = openState()
  const running = readRunning(state.path)
  const missing = needed.filter((name) => !named[name])
  if (!running) {
    throw new StepFailed(
      'There is no store to look at',
      `${list(missing)} ${missing.length === 1 ? 'is' : 'are'} not set, and no store runs on this machine.`,
      'Name the servers in the environment (docs/guides/configuration.md), or open the store with npm start.',
    )
  }
  const foreign = missing.filter((name) => !running.services.includes(BEHIND[name]))
  if (foreign.length > 0) {
    throw new StepFailed(
      `The store that runs here has no ${foreign.map((name) => BEHIND[name]).join(' and no ')} of its own`,
      `Process ${running.pid} runs it at ${running.url}: it was given an address from outside, or is still being started.`,
      `Set ${list(foreign)} to what the store was started with, then try again.`,
    )
  }
  const instead = given.length === 0 ? '' : `, but for ${namedBy(given)}`
  return { env: { ...named, ...localEnv(state, running.url, named) }, where: `the store that runs at ${running.url}${instead}` }
}

/** What the launcher gives its processes; what is set outside goes before it, there and here. */
export function localEnv(state: StateFolder, url: string, outside: Environment): Record<string, string> {
  const secrets = readSecrets(state.data)
  const { postgres = 0, core = 0, cache = 0, gateway = 0, smtp = 0 } = readKeptPorts(state.data)
  const redis = (port: number) => redisUrl({ port, password: secrets.redisPassword })
  const addresses = {
    databaseUrl: outside.DATABASE_URL ?? postgresUrl({ port: postgres, password: secrets.postgresPassword }),
    coreUrl: outside.CORE_REDIS_URL ?? redis(core),
    cacheUrl: outside.CACHE_REDIS_URL ?? redis(cache),
    smtpUrl: outside.SMTP_URL ?? `smtp://127.0.0.1:${smtp}`,
    gatewayUrl: outside.STRIPE_SECRET_KEY ? (outside.STRIPE_API_URL ?? null) : `http://127.0.0.1:${gateway}`,
    stripeKey: outside.STRIPE_SECRET_KEY ?? secrets.stripeKey,
    mediaDir: state.media,
    assetsDir: state.assets,
    port: Number(URL.parse(url)?.port ?? 0),
  }
  return storeEnv(addresses, secrets, outside)
}

function namedBy(names: readonly OperatorAddress[]): string {
  return names.length === 1 ? `the server that ${list(names)} names` : `the servers that ${list(names)} name`
}

function list(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
