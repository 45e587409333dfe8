import fs from 'node:fs'
import path from 'node:path'
import { findRedis } from '#/scripts/stack/redis-binary.ts'
import { runCommand } from '#/scripts/stack/run-command.ts'
import { openStateFolder } from '#/scripts/stack/state-folder.ts'

/** The least that a sale can do: one number, taken down when there is enough of it. */
const DECREMENT_IF_AVAILABLE = `
if tonumber(redis.call('GET', KEYS[1])) < tonumber(ARGV[1]) then return -1 end
return redis.call('DECRBY', KEYS[1], ARGV[1])`

export const BENCH_STOCK_KEY = 'bench:available'
export const BENCH_STOCK = 1e12

const PROBE_REQUESTS = 20_000
const TIMEOUT_MS = 300_000

export const NO_REDIS_BENCHMARK =
  'redis-benchmark does not stand beside the Redis server; on Debian it is in redis-tools (apt-get install redis-tools)'

/** The floor of placing: that script, from so many clients, on the Redis at `url`. Null where the program is missing. */
export async function findRedisBenchmark(project: string) {
  const redis = await findRedis(openStateFolder(project).tools)
  const command = path.join(path.dirname(redis.command), path.basename(redis.command).replace('-server', '-benchmark'))
  if (!fs.existsSync(command)) return null

  async function run(url: URL, clients: number, requests: number, sha: string): Promise<number> {
    const { why, output } = await runCommand({
      name: 'redis-benchmark',
      command,
      args: [
        ...['-h', url.hostname, '-p', url.port, '-a', url.password, '-c', `${clients}`, '-n', `${requests}`, '--csv'],
        ...['EVALSHA', sha, '1', BENCH_STOCK_KEY, '1'],
      ],
      cwd: '/',
      env: redis.env,
      timeoutMs: TIMEOUT_MS,
    })
    const rate = /^"EVALSHA[^"]*","([\d.]+)"/m.exec(output)?.[1]
    if (why !== null || !rate) throw new Error(`redis-benchmark: ${why ?? ''} ${output.slice(-500)}`)
    return Number(rate)
  }

  return {
    script: DECREMENT_IF_AVAILABLE,
    /** Scripts a second over about so many seconds: the program counts requests, so a short run tells how many that is. */
    async rate(url: string, sha: string, clients: number, seconds: number): Promise<{ perSecond: number; scripts: number }> {
      const at = new URL(url)
      const requests = Math.round((await run(at, clients, PROBE_REQUESTS, sha)) * seconds)
      return { perSecond: await run(at, clients, requests, sha), scripts: PROBE_REQUESTS + requests }
    },
  }
}
