import { setTimeout } from 'node:timers/promises'
import { log } from '../telemetry/log.ts'
import { becomesReady } from './connect.ts'
import { CoreNode } from './core-node.ts'
import { SLOTS, slotOf } from './key-slot.ts'

/** How often a cluster is asked who holds what, and how long one of its nodes may take to say so. */
const REFRESH_MS = 1000
const ANSWER_MS = 500

/** Where a node that a cluster names is reached, for whoever is not in the cluster's own network. Both as `host:port`. */
export type Reach = (address: string) => string

/**
 * The servers that core consists of, and which of them holds a key. One address is one Redis, which holds everything. Several are nodes of
 * one cluster: any of them names the others, and a node is connected to when something of it is wanted.
 */
export class CoreNodes {
  readonly #seeds: readonly CoreNode[]
  readonly #first: string
  readonly #name: string
  readonly #reach: Reach
  readonly #nodes = new Map<string, CoreNode>()
  #bySlot: (CoreNode | undefined)[]
  #refreshing: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(urls: readonly string[], name: string, reach: Reach = (address) => address) {
    this.#first = urls[0] ?? ''
    this.#name = name
    this.#reach = reach
    this.#seeds = urls.map((url) => this.#nodeAt(url))
    const [first] = this.#seeds
    this.#bySlot = urls.length === 1 ? Array.from({ length: SLOTS }, () => first) : []
    if (urls.length === 1) {
      first?.redis.connect().catch(() => {}) // its watcher speaks of it
      return
    }
    void this.refresh()
    this.#timer = setInterval(() => void this.refresh(), REFRESH_MS)
    this.#timer.unref()
  }

  /** The node that holds a key, once its connection is ready; null when there is none within this time. */
  async readyNodeOf(key: string, withinMs: number): Promise<CoreNode | null> {
    const giveUpAt = Date.now() + withinMs
    if (!this.#holderOf(key)) await Promise.race([this.refresh(), setTimeout(withinMs)])
    const node = this.#holderOf(key)
    if (!node) return null
    return (await becomesReady(node.redis, giveUpAt - Date.now())) ? node : null
  }

  get isCluster(): boolean {
    return this.#seeds.length > 1
  }

  /** Every node that holds something; null when they are not all known and reached within this time. */
  async ready(withinMs: number): Promise<CoreNode[] | null> {
    if (this.#holders().length === 0) await Promise.race([this.refresh(), setTimeout(withinMs)])
    const nodes = this.#holders()
    const reached = await Promise.all(nodes.map(({ redis }) => becomesReady(redis, withinMs)))
    return nodes.length > 0 && reached.every(Boolean) ? nodes : null
  }

  /** Asks a cluster anew who holds what: after a key was found to have moved, say. */
  refresh(): Promise<void> {
    if (!this.isCluster || this.#closed) return Promise.resolve()
    this.#refreshing ??= this.#askAround().finally(() => {
      this.#refreshing = undefined
    })
    return this.#refreshing
  }

  /** A node has said that another one holds a slot: it knows best. An empty host is its own. */
  follow(slot: number, address: string, told: CoreNode): void {
    const port = address.slice(address.lastIndexOf(':'))
    this.#bySlot[slot] = this.#nodeAt(this.#urlOf(address === port ? new URL(`redis://${told.address}`).hostname + port : address))
  }

  close(): void {
    this.#closed = true
    clearInterval(this.#timer)
    for (const node of this.#nodes.values()) node.close()
  }

  #holders(): CoreNode[] {
    return [...new Set(this.#bySlot.filter((node) => node !== undefined))]
  }

  #holderOf(key: string): CoreNode | undefined {
    return this.#bySlot[slotOf(key)]
  }

  /** The first node to answer is believed: one that is cut off from the others answers that it is, and is not. */
  async #askAround(): Promise<void> {
    for (const node of new Set([...this.#holders(), ...this.#seeds])) {
      if (!(await becomesReady(node.redis, ANSWER_MS))) continue
      try {
        const [info, ranges] = await Promise.all([node.redis.cluster('INFO'), node.redis.cluster('SLOTS')])
        if (!info.includes('cluster_state:ok')) continue
        this.#learn(ranges, node)
        return
      } catch (error) {
        log.warn({ node: node.address, error: (error as Error).message }, 'a node of core does not tell who holds what')
      }
    }
  }

  #learn(ranges: readonly SlotRange[], told: CoreNode): void {
    if (this.#closed) return
    const bySlot: (CoreNode | undefined)[] = []
    for (const [first, last, master] of ranges) {
      const [host, port] = master ?? []
      const node = host ? this.#nodeAt(this.#urlOf(host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`)) : told // a node that does not know its own name is the one we asked
      for (let slot = first; slot <= last; slot += 1) bySlot[slot] = node
    }
    this.#bySlot = bySlot
    const kept = new Set([...bySlot, ...this.#seeds])
    for (const [address, node] of this.#nodes) {
      if (kept.has(node)) continue
      node.close()
      this.#nodes.delete(address)
    }
  }

  #nodeAt(url: string): CoreNode {
    const { host } = new URL(url)
    const node = this.#nodes.get(host) ?? new CoreNode(url, this.#name)
    this.#nodes.set(host, node)
    return node
  }

  /** With the name, password and protocol that the first address was given with. */
  #urlOf(address: string): string {
    const url = new URL(this.#first)
    url.host = this.#reach(address)
    return url.href
  }
}

type SlotRange = readonly [first: number, last: number, ...nodes: (readonly [host: string, port: number, ...rest: unknown[]])[]]
