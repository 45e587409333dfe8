import path from 'node:path'
import { Service } from './service.ts'

const ANSWER_TIMEOUT_MS = 2000
const common = { command: process.execPath, readyTimeoutMs: 20_000, stopSignal: 'SIGTERM' as const, stopPatienceMs: 10_000 }

/** The payment gateway of this machine, see scripts/local/gateway. */
export function gatewayService(options: {
  project: string
  port: number
  data: string
  key: string
  webhook: { url: string; secret: string } | null
  logFile: string
}): Service {
  const { project, port, data, key, webhook, logFile } = options
  const told = webhook ? ['--webhook-url', webhook.url, '--webhook-secret', webhook.secret] : []
  return new Service({
    ...common,
    name: 'payment gateway',
    args: ['scripts/local/gateway/main.ts', '--port', `${port}`, '--data', path.join(data, 'gateway.journal'), '--key', key, ...told],
    cwd: project,
    logFile,
    isReady: () => answers(`http://127.0.0.1:${port}/_local/health`),
  })
}

/** The mailbox of this machine, see scripts/local/mail. */
export function mailService(options: { project: string; smtpPort: number; httpPort: number; data: string; logFile: string }): Service {
  const { project, smtpPort, httpPort, data, logFile } = options
  const ports = ['--smtp-port', `${smtpPort}`, '--http-port', `${httpPort}`]
  return new Service({
    ...common,
    name: 'mail',
    args: ['scripts/local/mail/main.ts', ...ports, '--data', path.join(data, 'mail')],
    cwd: project,
    logFile,
    isReady: () => answers(`http://127.0.0.1:${httpPort}/api/messages`),
  })
}

async function answers(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) })
  await response.arrayBuffer()
  return response.ok
}
