import { type Redis, ReplyError } from 'ioredis'
import { type Failure, fail, ok, type Result } from '#/domain/result.ts'
import { log } from '../telemetry/log.ts'
import { becomesReady, connectRedis } from './connect.ts'
import { type Script, scripts } from './scripts.ts'

export type CoreFailure =
  /** Nothing was sent: there is no connection. */
  | Failure<'CORE_UNREACHED'>
  /** It was sent and no reply came: it may have happened, or may yet happen until its deadline. */
  | Failure<'CORE_UNKNOWN'>
  /** Core answered with an error and did nothing: loading, out of memory, read only. */
  | Failure<'CORE_REFUSED'>

/** How long a command waits for a connection that is just being made. */
const CONNECT_PATIENCE_MS = 500

const CLOCK_CHECK_MS = 60_000

/** Redis core, with every outcome of a command as a value and its clock beside ours. */
export class Core {
  readonly redis: Redis
  #aheadMs: number | undefined
  #clockTimer: NodeJS.Timeout

  constructor(url: string, name = 'core') {
    this.redis = connectRedis(url, name)
    for (const script of Object.values(scripts)) this.redis.defineCommand(script.name, { lua: script.lua })
    this.redis.on('ready', () => void this.#readClock())
    this.#clockTimer = setInterval(() => void this.#readClock(), CLOCK_CHECK_MS)
    this.#clockTimer.unref()
  }

  /** Runs a script; keys and arguments as its header says. */
  run(script: Script, keys: string[], args: (string | number)[]): Promise<Result<unknown, CoreFailure>> {
    return this.call((redis) => {
      const command = (redis as unknown as Record<string, (...words: (string | number)[]) => Promise<unknown>>)[script.name]
      if (!command) throw new Error(`script ${script.name} is not defined`)
      return command.call(redis, keys.length, ...keys, ...args)
    })
  }

  /** Any commands, as one result: the first failure is the failure of all. */
  async call<T>(command: (redis: Redis) => Promise<T>): Promise<Result<T, CoreFailure>> {
    if (!(await becomesReady(this.redis, CONNECT_PATIENCE_MS))) return fail('CORE_UNREACHED')
    try {
      return ok(await command(this.redis))
    } catch (error) {
      if (!(error instanceof ReplyError)) return fail('CORE_UNKNOWN')
      log.error({ error: (error as Error).message }, 'core refused a command')
      return fail('CORE_REFUSED')
    }
  }

  /** Milliseconds of Redis' own clock, within a round trip; a failure while it was never read. */
  async now(): Promise<Result<number, CoreFailure>> {
    if (this.#aheadMs === undefined) {
      const read = await this.#readClock()
      if (!read.ok) return read
    }
    return ok(Date.now() + (this.#aheadMs ?? 0))
  }

  async close(): Promise<void> {
    clearInterval(this.#clockTimer)
    this.redis.disconnect()
  }

  async #readClock(): Promise<Result<void, CoreFailure>> {
    const sentAt = Date.now()
    const time = await this.call((redis) => redis.time())
    if (!time.ok) return time
    const [seconds, micros] = time.value.map(Number)
    this.#aheadMs = Math.round((seconds ?? 0) * 1000 + (micros ?? 0) / 1000 - (sentAt + Date.now()) / 2)
    return ok(undefined)
  }
}
