import { type Redis, ReplyError } from 'ioredis'
import { type Failure, fail, ok, type Result } from '#/domain/result.ts'
import { log } from '../telemetry/log.ts'
import { addressesOf, becomesReady } from './connect.ts'
import { concernsOf } from './core-concerns.ts'
import { type CoreNode, runAndWait, type Vitals } from './core-node.ts'
import { CoreNodes, type Reach } from './core-nodes.ts'
import { slotOf } from './key-slot.ts'
import type { Script } from './scripts.ts'

export type CoreFailure =
  /** Nothing was sent: there is no connection. */
  | Failure<'CORE_UNREACHED'>
  /** It was sent and no reply came: it may have happened, or may yet happen until its deadline. */
  | Failure<'CORE_UNKNOWN'>
  /** Core answered with an error and did nothing: loading, out of memory, read only. */
  | Failure<'CORE_REFUSED'>

/** The script ran; what it wrote is not on as many replicas as it should be, so none of it may be promised. */
export type NotReplicated = Failure<'NOT_REPLICATED'> & { readonly reply: unknown; readonly reached: number }

/** Nothing was sent: core is so short of memory that what is left is for what frees some. */
export type CoreFull = Failure<'CORE_FULL'>

export type CoreOptions = {
  /** How many replicas must have what `runDurably` wrote. */
  readonly replicas?: number
  readonly reach?: Reach
  /** How long a command waits for a connection that is just being made; half a second otherwise, because shoppers wait with it. */
  readonly connectPatienceMs?: number
}

const CONNECT_PATIENCE_MS = 500

/** How long a script waits for replicas. Two may wait one behind the other within the timeout of a command. */
const REPLICAS_WAIT_MS = 1000

/** The part of its memory that core may use before placing is refused: intake, movements and queues go on in what is left. */
const FULL = 0.85

/** How often a command follows a key that another node holds by now. */
const MOST_MOVES = 3

/**
 * Redis core, one server or a cluster, with every outcome of a command as a value. What is asked goes to the node that holds the key it is
 * about, over a plain connection that neither queues nor resends, so a command never runs twice.
 */
export class Core {
  readonly #nodes: CoreNodes
  readonly #replicas: number
  readonly #connectPatienceMs: number

  /** `url` names one Redis, or nodes of one cluster after commas. */
  constructor(url: string, name = 'core', { replicas = 0, reach, connectPatienceMs = CONNECT_PATIENCE_MS }: CoreOptions = {}) {
    this.#replicas = replicas
    this.#connectPatienceMs = connectPatienceMs
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
   * Runs a script whose answer is a promise to somebody: on disk as everything, and on as many replicas as this core was made with before
   * it resolves. What was written before and is only seen again must be written to once more, or there is nothing to wait for. Refuses
   * while core is nearly full.
   */
  async runDurably(
    script: Script,
    keys: string[],
    args: (string | number)[],
  ): Promise<Result<unknown, CoreFailure | NotReplicated | CoreFull>> {
    const key = keys[0] ?? ''
    const full = await this.#at(key, async (node) => isFull(await node.vitals()))
    if (!full.ok) return full
    if (full.value) return fail('CORE_FULL')
    if (this.#replicas === 0) return this.run(script, keys, args)
    return this.#runOnReplicas(script, keys, args)
  }

  /** The same while core is nearly full, for a script that needs no memory to speak of. */
  seeDurably(script: Script, keys: string[], args: (string | number)[]): Promise<Result<unknown, CoreFailure | NotReplicated>> {
    return this.#replicas === 0 ? this.run(script, keys, args) : this.#runOnReplicas(script, keys, args)
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

  /** Which history the data around a key belong to, as of a second ago; see `Vitals`. */
  async lineageOf(key: string): Promise<Result<string, CoreFailure>> {
    const vitals = await this.#at(key, (node) => node.vitals())
    return vitals.ok ? ok(vitals.value.lineage) : vitals
  }

  /** What keeps core from what we promise shoppers, in plain words; see `concernsOf`. */
  async concerns(): Promise<Result<string[], CoreFailure>> {
    const nodes = await this.#nodes.ready(this.#connectPatienceMs)
    if (!nodes) return fail('CORE_UNREACHED')
    try {
      const asked = { replicas: this.#replicas, isCluster: this.#nodes.isCluster }
      return ok((await Promise.all(nodes.map((node) => concernsOf(node, asked)))).flat())
    } catch {
      return fail('CORE_UNKNOWN')
    }
  }

  async close(): Promise<void> {
    this.#nodes.close()
  }

  async #runOnReplicas(script: Script, keys: string[], args: (string | number)[]): Promise<Result<unknown, CoreFailure | NotReplicated>> {
    const key = keys[0] ?? ''
    const ran = await this.#at(key, async (node) => {
      const redis = node.waiting(slotOf(key))
      if (!(await becomesReady(redis, this.#connectPatienceMs))) return null
      const wait = { replicas: this.#replicas, waitMs: REPLICAS_WAIT_MS }
      return runAndWait(redis, script, [keys.length, ...keys, ...args], wait)
    })
    if (!ran.ok) return ran
    if (ran.value === null) return fail('CORE_UNREACHED')
    const { reply, reached } = ran.value
    return reached < this.#replicas ? fail('NOT_REPLICATED', { reply, reached }) : ok(reply)
  }

  async #at<T>(key: string, ask: (node: CoreNode) => Promise<T>): Promise<Result<T, CoreFailure>> {
    for (let move = 0; ; move += 1) {
      const node = await this.#nodes.readyNodeOf(key, this.#connectPatienceMs)
      if (!node) return fail('CORE_UNREACHED')
      try {
        return ok(await ask(node))
      } catch (error) {
        if (!(error instanceof ReplyError)) return fail('CORE_UNKNOWN')
        const [code, slot, address] = replyWordsOf(error as Error)
        if (code === 'MOVED' && slot && address && move < MOST_MOVES) {
          this.#nodes.follow(Number(slot), address, node)
          continue
        }
        // A node that was demoted, or has lost the others, knows that it may not do this; who may is known by asking around.
        if (code === 'READONLY' || code === 'CLUSTERDOWN') void this.#nodes.refresh()
        log.error({ node: node.address, error: (error as Error).message }, 'core refused a command')
        return fail('CORE_REFUSED')
      }
    }
  }
}

function isFull({ usedBytes, limitBytes }: Vitals): boolean {
  return limitBytes > 0 && usedBytes > FULL * limitBytes
}

/** The words of an error of Redis, of which the first is its code; a transaction that was given up names the error that made it so. */
function replyWordsOf(error: Error & { previousErrors?: Error[] }): string[] {
  return (error.previousErrors?.[0] ?? error).message.split(' ')
}
