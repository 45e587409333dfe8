import fs from 'node:fs'
import path from 'node:path'
import type { KeptPorts } from './kept-ports.ts'
import { gatewayService, mailService } from './local-services.ts'
import { initPostgres, postgresService, postgresUrl } from './postgres.ts'
import { redisService, redisUrl } from './redis.ts'
import type { RedisBinary } from './redis-binary.ts'
import { giveToServerUser } from './server-user.ts'
import type { Service } from './service.ts'
import type { Secrets } from './state-folder.ts'

export type ServersOptions = {
  readonly project: string
  readonly data: string
  readonly logs: string
  readonly ports: KeptPorts
  readonly secrets: Secrets
  readonly durable: boolean
}

/** The servers that a store needs beside itself, each of which an address from outside may replace. */
export function postgresServer(
  { data, logs, ports, secrets, durable }: ServersOptions,
  binaries: string,
): { service: Service; url: string } {
  const folder = path.join(data, 'postgres')
  const address = { port: ports.postgres, password: secrets.postgresPassword }
  initPostgres(binaries, folder, secrets.postgresPassword)
  giveToServerUser(folder)
  return {
    service: postgresService({ binaries, data: folder, ...address, logFile: path.join(logs, 'postgres.log'), durable }),
    url: postgresUrl(address),
  }
}

export function redisServer(
  { data, logs, ports, secrets }: ServersOptions,
  binary: RedisBinary,
  role: 'core' | 'cache',
): { service: Service; url: string } {
  const folder = path.join(data, role)
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
  const address = { port: ports[role], password: secrets.redisPassword }
  return {
    service: redisService({ role, binary, data: folder, ...address, logFile: path.join(logs, `redis-${role}.log`) }),
    url: redisUrl(address),
  }
}

export function gatewayServer({ project, data, logs, ports, secrets }: ServersOptions): { service: Service; url: string } {
  const options = { project, port: ports.gateway, data, key: secrets.stripeKey, logFile: path.join(logs, 'gateway.log') }
  return { service: gatewayService(options), url: `http://127.0.0.1:${ports.gateway}` }
}

export function mailServer({ project, data, logs, ports }: ServersOptions): { service: Service; url: string; page: string } {
  const options = { project, smtpPort: ports.smtp, httpPort: ports.mail, data, logFile: path.join(logs, 'mail.log') }
  return { service: mailService(options), url: `smtp://127.0.0.1:${ports.smtp}`, page: `http://localhost:${ports.mail}` }
}
