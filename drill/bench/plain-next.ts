import path from 'node:path'
import { freePort } from '#/scripts/stack/ports.ts'
import { Service } from '#/scripts/stack/service.ts'
import type { DrillStore } from '../drill-store.ts'

const READY_TIMEOUT_MS = 60_000

/** `next start` of the build that a store runs, as the framework comes: to compare with. */
export async function startPlainNext(
  project: string,
  store: DrillStore,
  env: Record<string, string> = {},
): Promise<{ url: string; stop(): Promise<void> }> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const service = new Service({
    name: 'next start',
    cwd: project,
    command: process.execPath,
    args: ['node_modules/next/dist/bin/next', 'start', '--port', `${port}`],
    env: {
      ...process.env,
      ...store.env,
      ...env,
      NODE_ENV: 'production',
      NEXT_DIST_DIR: path.basename(store.buildFolder),
      NEXT_TELEMETRY_DISABLED: '1',
    },
    logFile: path.join(store.logs, 'next-start.log'),
    isReady: async () => (await fetch(`${url}/api/health/live`)).ok,
    readyTimeoutMs: READY_TIMEOUT_MS,
    stopSignal: 'SIGTERM',
    stopPatienceMs: 5000,
  })
  await service.start()
  return { url, stop: async () => void (await service.kill('SIGKILL')) }
}
