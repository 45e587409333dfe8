import { type Redis, ReplyError } from 'ioredis'
import { type Failure, fail, ok, type Result } from '#/domain/result.ts'
import { log } from '../telemetry/log.ts'
import { addressesOf } from './connect.ts'
import type { CoreNode } from './core-node.ts'
import { CoreNodes, type Reach } from './core-nodes.ts'
import type { Script } from './scripts.ts'

export type CoreFailure =
  /** Nothing was sent: there is no connection. */
  | Failure<'CORE_UNREACHED'>
  /** It was sent and no reply came: it may have happened, or may yet happen until its deadline. */
  | Failure<'CORE_UNKNOWN'>
  /** Core answered with an error and did nothing: loading, out of memory, read only. */
  | Failure<'CORE_REFUSED'>

export type CoreOptions = { readonly reach?: Reach }

/** How long a command waits for a connection that is just being made. */
const CONNECT_PATIENCE_MS = 500

/** How often a command follows a key that another node holds by now. */
const MOST_MOVES = 3

/**
 * Redis core, one server or a cluster, with every outcome of a command as a value. What is asked goes to the node that holds the key it is
 * about, over a plain connection that neither queues nor resends, so a command never runs twice.
 */
export class Core {
  readonly #nodes: CoreNodes

  /** `url` names one Redis, or nodes of one cluster after commas. */
  constructor(url: string, name = 'core', { reach }: CoreOptions = {}) {
    this.#nodes = new CoreNodes(addressesOf(url), name, reach)
  }

  /** Runs a script; keys and arguments as its header says, all keys of one shard. */
  run(script: Script, keys: string[], args: (string | number)[]): Promise<Result<unknown, CoreFailure>> {
    return this.call(keys[0] ?? '', (redis) => {
      const command = (redis as unknown as Record<string, (...words: (string | number)[]) => Promise<unknown>>)[script.name]
      if (!command) throw new Error(`script ${script.name} is not defined`)
      return command.call(redis, keys.length, ...keys, ...args)
    })
  }

  /**
   * Any commands on the keys of one shard, of which `key` is one, as one result: the first failure is the failure of all. Where the shard
   * has moved to another node they are sent anew to that one; so several commands are a transaction, or may run twice.
   */
  call<T>(key: string, command: (redis: Redis) => Promise<T>): Promise<Result<T, CoreFailure>> {
    return this.#at(key, (node) => command(node.redis))
  }

  /** Milliseconds of the clock of the node that holds a key, within a round trip. Each node has its own. */
  async now(key: string): Promise<Result<number, CoreFailure>> {
    const ahead = await this.#at(key, (node) => node.aheadMs())
    return ahead.ok ? ok(Date.now() + ahead.value) : ahead
  }

  async close(): Promise<void> {
    this.#nodes.close()
  }

  async #at<T>(key: string, ask: (node: CoreNode) => Promise<T>): Promise<Result<T, CoreFailure>> {
    for (let move = 0; ; move += 1) {
      const node = await this.#nodes.readyNodeOf(key, CONNECT_PATIENCE_MS)
      if (!node) return fail('CORE_UNREACHED')
      try {
        return ok(await ask(node))
      } catch (error) {
        if (!(error instanceof ReplyError)) return fail('CORE_UNKNOWN')
        const code = replyCodeOf(error as Error)
        // A node that was demoted, or has lost the others, knows that it may not do this; who may is known by asking around.
        if (code === 'MOVED' || code === 'READONLY' || code === 'CLUSTERDOWN') await this.#nodes.refresh()
        if (code === 'MOVED' && move < MOST_MOVES) continue
        log.error({ node: node.address, error: (error as Error).message }, 'core refused a command')
        return fail('CORE_REFUSED')
      }
    }
  }
}

/** Redis' code of an error is its first word; a transaction that was given up names the error that made it so. */
function replyCodeOf(error: Error & { previousErrors?: Error[] }): string {
  const cause = error.previousErrors?.[0] ?? error
  return cause.message.split(' ', 1)[0] ?? ''
}
