import path from 'node:path'
import { Service } from './service.ts'

export type StoreOptions = {
  readonly project: string
  readonly distDir: string
  readonly port: number
  readonly logs: string
  readonly env: Record<string, string>
  /** Of several web processes, what this one is called. */
  readonly webName?: string
}

/** Beyond what web and workers give themselves to finish what they have begun. */
const STOP_PATIENCE_MS = 20_000
const READY_TIMEOUT_MS = 60_000
const HEALTH_TIMEOUT_MS = 5000

/** What the store itself consists of: a web process and two kinds of workers. Waits for what they need are theirs, not ours. */
export function storeServices({ project, distDir, port, logs, env, webName = 'web' }: StoreOptions): {
  web: Service
  workers: Service
  media: Service
} {
  const common = {
    cwd: project,
    command: process.execPath,
    env: { ...process.env, ...env, NODE_ENV: 'production', NEXT_DIST_DIR: distDir, NEXT_TELEMETRY_DISABLED: '1' },
    readyTimeoutMs: READY_TIMEOUT_MS,
    stopSignal: 'SIGTERM' as const,
    stopPatienceMs: STOP_PATIENCE_MS,
  }
  const worker = (name: string, role: readonly string[]) =>
    new Service({
      ...common,
      name,
      args: ['workers/main.ts', ...role],
      logFile: path.join(logs, `${name}.log`),
      isReady: async (said) => said().includes('"msg":"workers ready"'),
    })
  return {
    web: new Service({
      ...common,
      name: webName,
      args: ['server/web/main.ts', '--port', `${port}`],
      logFile: path.join(logs, `${webName}.log`),
      isReady: () => isOpen(port),
    }),
    workers: worker('workers', []),
    media: worker('media', ['media']),
  }
}

/** Whether the store answers, and everything behind it: a shard of core that is still being opened takes no orders. */
async function isOpen(port: number): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${port}/api/health/ready`, { signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS) })
  const { status } = (await response.json()) as { status?: string }
  return response.ok && status === 'ready'
}
