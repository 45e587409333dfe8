import { type Redis, ReplyError } from 'ioredis'
import { type Failure, fail, ok, type Result } from '#/domain/result.ts'
import { log } from '../telemetry/log.ts'
import { connectRedis } from './connect.ts'
import { type Script, scripts } from './scripts.ts'

export type CacheFailure =
  /** Nobody answers, or did not a moment ago: nothing was asked, or it is not known what came of it. */
  | Failure<'CACHE_AWAY'>
  /** It answered that it does not do this: it is full, for example. */
  | Failure<'CACHE_REFUSED'>

/** How long an answer may take. Whoever asks has another way to go on. */
const PATIENCE_MS = 100
/** After a failure nobody asks for so long. */
const REST_MS = 1000

/**
 * Redis cache as something that may be slow, hang, be full or be gone at any time: an answer takes a tenth of a second at most, and after one
 * that did not come nothing is asked for a second. Nothing waits for a connection, and nothing is sent twice.
 */
export class PatientRedis {
  readonly #redis: Redis
  readonly #nowMs: () => number
  #restsUntilMs = 0
  /** In a row. */
  #failures = 0

  constructor(url: string, name: string, { nowMs = () => performance.now() } = {}) {
    this.#nowMs = nowMs
    this.#redis = connectRedis(url, name)
    for (const script of Object.values(scripts)) this.#redis.defineCommand(script.name, { lua: script.lua })
  }

  /** Any commands, as one result. */
  async ask<T>(command: (redis: Redis) => Promise<T>): Promise<Result<T, CacheFailure>> {
    if (this.#redis.status !== 'ready' || this.#nowMs() < this.#restsUntilMs) return fail('CACHE_AWAY')
    // The next one finds out for all who ask meanwhile.
    if (this.#failures > 0) this.#restsUntilMs = this.#nowMs() + REST_MS
    try {
      const value = await inTime(command(this.#redis))
      this.#answered()
      return ok(value)
    } catch (error) {
      if (error instanceof ReplyError) {
        this.#answered()
        return fail('CACHE_REFUSED')
      }
      this.#failures += 1
      this.#restsUntilMs = this.#nowMs() + REST_MS
      // One late answer is nothing to speak of.
      if (this.#failures === 2) log.warn({ err: error }, 'redis cache does not answer')
      return fail('CACHE_AWAY')
    }
  }

  /** Runs a script; keys and arguments as its header says. */
  run(script: Script, keys: readonly string[], args: readonly (string | number | Buffer)[]): Promise<Result<unknown, CacheFailure>> {
    return this.ask((redis) => {
      const command = (redis as unknown as Record<string, (...words: unknown[]) => Promise<unknown>>)[script.name]
      if (!command) throw new Error(`script ${script.name} is not defined`)
      return command.call(redis, keys.length, ...keys, ...args)
    })
  }

  /** Tells whenever there is a connection again, which may be to a server that knows nothing any more. */
  onReady(tell: () => void): void {
    this.#redis.on('ready', tell)
  }

  close(): void {
    this.#redis.disconnect()
  }

  #answered(): void {
    if (this.#failures > 1) log.info('redis cache answers again')
    this.#failures = 0
    this.#restsUntilMs = 0
  }
}

/** What has arrived while this process was busy is in time: it is read before the time is called over. */
async function inTime<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => setImmediate(() => reject(new Error('an answer is late'))), PATIENCE_MS)
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}
