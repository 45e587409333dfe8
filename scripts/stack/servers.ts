import path from 'node:path'
import type { KeptPorts } from './kept-ports.ts'
import { gatewayService, mailService } from './local-services.ts'
import { initPostgres, postgresService, postgresUrl } from './postgres.ts'
import { redisService, redisUrl } from './redis.ts'
import type { RedisBinary } from './redis-binary.ts'
import type { Secrets } from './secrets.ts'
import type { Service } from './service.ts'

export type ServersOptions = {
  readonly project: string
  readonly data: string
  readonly logs: string
  readonly ports: KeptPorts
  readonly secrets: Secrets
  readonly durable: boolean
  /** Where the store's web listens, which the payment gateway tells of what happens there; null where nobody does. */
  readonly webUrl: string | null
}

/** One of the servers that a store needs beside itself, and where it is reached once it runs. */
export type Server = { readonly service: Service; readonly url: string }

/** Makes its data folder when it is missing, which takes a second. */
export async function postgresServer({ data, logs, ports, secrets, durable }: ServersOptions, binaries: string): Promise<Server> {
  const folder = path.join(data, 'postgres')
  const address = { port: ports.postgres, password: secrets.postgresPassword }
  await initPostgres(binaries, folder, secrets.postgresPassword)
  const service = postgresService({ binaries, data: folder, ...address, logFile: path.join(logs, 'postgres.log'), durable })
  return { service, url: postgresUrl(address) }
}

export function redisServer({ data, logs, ports, secrets }: ServersOptions, binary: RedisBinary, role: 'core' | 'cache'): Server {
  const address = { port: ports[role], password: secrets.redisPassword }
  const service = redisService({ role, binary, data: path.join(data, role), ...address, logFile: path.join(logs, `redis-${role}.log`) })
  return { service, url: redisUrl(address) }
}

export function gatewayServer({ project, data, logs, ports, secrets, webUrl }: ServersOptions): Server {
  const webhook = webUrl === null ? null : { url: new URL('/api/webhooks/stripe', webUrl).href, secret: secrets.webhookSecret }
  const options = { project, port: ports.gateway, data, key: secrets.stripeKey, webhook, logFile: path.join(logs, 'gateway.log') }
  return { service: gatewayService(options), url: `http://127.0.0.1:${ports.gateway}` }
}

export function mailServer({ project, data, logs, ports }: ServersOptions): Server & { readonly page: string } {
  const options = { project, smtpPort: ports.smtp, httpPort: ports.mail, data, logFile: path.join(logs, 'mail.log') }
  return { service: mailService(options), url: `smtp://127.0.0.1:${ports.smtp}`, page: `http://127.0.0.1:${ports.mail}` }
}
