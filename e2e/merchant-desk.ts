import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'

/** What the merchant does with orders, by `npm run orders`, on the servers of the store that the journeys are for. */
export async function orders(...args: string[]): Promise<void> {
  const cwd = path.dirname(import.meta.dirname)
  await promisify(execFile)(process.execPath, ['scripts/orders.ts', ...args, '--yes'], { cwd, timeout: 60_000 })
}
