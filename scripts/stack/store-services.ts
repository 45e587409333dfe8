import fs from 'node:fs'
import path from 'node:path'
import { Service } from './service.ts'

export type StoreOptions = {
  readonly project: string
  readonly distDir: string
  readonly port: number
  readonly logs: string
  readonly env: Record<string, string>
}

/** What the store itself consists of: a web process and two kinds of workers. */
export function storeServices({ project, distDir, port, logs, env }: StoreOptions): { web: Service; workers: Service; media: Service } {
  const common = {
    cwd: project,
    command: process.execPath,
    env: { ...process.env, ...env, NODE_ENV: 'production' as const, NEXT_DIST_DIR: distDir, NEXT_TELEMETRY_DISABLED: '1' },
    readyTimeoutMs: 60_000,
    stopSignal: 'SIGTERM' as const,
    stopPatienceMs: 20_000,
  }
  const worker = (name: string, role: string[]) => {
    const logFile = path.join(logs, `${name}.log`)
    return new Service({
      ...common,
      name,
      args: ['workers/main.ts', ...role],
      logFile,
      isReady: async () => says(logFile, '"msg":"workers ready"'),
    })
  }
  return {
    web: new Service({
      ...common,
      name: 'web',
      args: ['node_modules/next/dist/bin/next', 'start', '-p', String(port)],
      logFile: path.join(logs, 'web.log'),
      isReady: () => isOpen(port),
    }),
    workers: worker('workers', []),
    media: worker('media', ['media']),
  }
}

/** Whether the store answers, and everything behind it: a shard of core that is still being opened takes no orders. */
async function isOpen(port: number): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${port}/api/health/ready`, { signal: AbortSignal.timeout(5000) })
  const { status } = (await response.json()) as { status?: string }
  return response.ok && status === 'ready'
}

/** Whether a service has said something since its log was begun. */
function says(logFile: string, text: string): boolean {
  return fs.existsSync(logFile) && fs.readFileSync(logFile, 'utf8').includes(text)
}
