import { keepPorts } from './kept-ports.ts'
import { checkOutside } from './outside-servers.ts'
import { createDatabase } from './postgres.ts'
import { findPostgres } from './postgres-binaries.ts'
import { findRedis } from './redis-binary.ts'
import { readSecrets } from './secrets.ts'
import { gatewayServer, mailServer, postgresServer, redisServer, type Server, type ServersOptions } from './servers.ts'
import type { Service } from './service.ts'
import type { StateFolder } from './state-folder.ts'
import type { Addresses } from './store-env.ts'

export type StartServersOptions = {
  readonly project: string
  readonly state: StateFolder
  /** The store's own port, which no server may take. */
  readonly port: number
  /** What is set here is used, and nothing of ours is started for it. */
  readonly outside: Readonly<Record<string, string | undefined>>
  readonly start: (service: Service) => Promise<void>
  readonly say: (detail: string) => void
}

/** Starts each server that no address from outside stands for, all at once. Returns where everything is. */
export async function startServers(options: StartServersOptions): Promise<{ addresses: Addresses; mailPage: string | null }> {
  const { project, state, port, outside, start, say } = options
  const { DATABASE_URL, CORE_REDIS_URL, CACHE_REDIS_URL, STRIPE_SECRET_KEY, STRIPE_API_URL, SMTP_URL, WEB_URL } = outside
  await checkOutside(outside)
  const secrets = readSecrets(state.data)
  const ports = await keepPorts(state.data, port)
  const webUrl = WEB_URL || `http://localhost:${port}`
  const server: ServersOptions = { project, data: state.data, logs: state.logs, ports, secrets, durable: true, webUrl }

  say('looking for Postgres and Redis')
  const [postgres, redis] = await Promise.all([
    DATABASE_URL ? null : findPostgres(project, state.tools).then((binaries) => postgresServer(server, binaries)),
    CORE_REDIS_URL && CACHE_REDIS_URL ? null : findRedis(state.tools),
  ])
  const core = CORE_REDIS_URL || !redis ? null : redisServer(server, redis, 'core')
  const cache = CACHE_REDIS_URL || !redis ? null : redisServer(server, redis, 'cache')
  const mail = SMTP_URL ? null : mailServer(server)
  const gateway = STRIPE_SECRET_KEY ? null : gatewayServer(server)

  // The last started is the first to be stopped: whatever the others write to goes last.
  const own = [postgres, core, cache, mail, gateway].filter((one): one is Server => one !== null)
  say(own.map(({ service }) => service.spec.name).join(', ') || 'none of our own')
  await Promise.all(own.map(({ service }) => start(service)))
  if (postgres) await createDatabase({ port: ports.postgres, password: secrets.postgresPassword })

  return {
    addresses: {
      databaseUrl: DATABASE_URL || (postgres?.url ?? ''),
      coreUrl: CORE_REDIS_URL || (core?.url ?? ''),
      cacheUrl: CACHE_REDIS_URL || (cache?.url ?? ''),
      smtpUrl: SMTP_URL || (mail?.url ?? ''),
      gatewayUrl: gateway?.url ?? (STRIPE_API_URL || null),
      stripeKey: STRIPE_SECRET_KEY || secrets.stripeKey,
      mediaDir: state.media,
      assetsDir: state.assets,
      port,
    },
    mailPage: mail?.page ?? null,
  }
}
