import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { claimPort } from './ports.ts'
import { redisService, redisUrl } from './redis.ts'
import type { RedisBinary } from './redis-binary.ts'
import type { ServersOptions } from './servers.ts'
import type { Service } from './service.ts'

/** One Redis; a Redis Cluster of three masters; or one Redis with two replicas. */
export type CoreKind = 'single' | 'cluster' | 'replicated'

export type CoreMember = { readonly service: Service; readonly url: string }

/** Core of a test stack, before anything of it runs. */
export type TestCore = {
  /** As CORE_REDIS_URL names it: every node of a cluster, or the one that is written to. */
  readonly url: string
  readonly masters: readonly CoreMember[]
  readonly replicas: readonly CoreMember[]
  /** Resolves once the members, all of them running, are one core. */
  join(): Promise<void>
}

const SLOTS = 16_384
const MASTERS = 3
const REPLICAS = 2
const LOOK_MS = 25
const JOIN_PATIENCE_MS = 20_000

/** A dead node is noticed soon, and takes down nobody but its own shards. */
const CLUSTER = {
  'cluster-enabled': 'yes',
  'cluster-config-file': 'nodes.conf',
  'cluster-node-timeout': '2000',
  'cluster-require-full-coverage': 'no',
}

export async function testCore(options: ServersOptions, binary: RedisBinary, kind: CoreKind): Promise<TestCore> {
  const password = options.secrets.redisPassword
  const member = (name: string, port: number, settings: Record<string, string> = {}): CoreMember => {
    const [data, logFile] = [path.join(options.data, name), path.join(options.logs, `redis-${name}.log`)]
    const service = redisService({ role: 'core', name: `Redis ${name}`, binary, data, port, password, logFile, settings })
    return { service, url: redisUrl({ port, password }) }
  }
  const { core: port } = options.ports
  switch (kind) {
    case 'single': {
      const master = member('core', port)
      return { url: master.url, masters: [master], replicas: [], join: async () => {} }
    }
    case 'cluster': {
      const ports = await claimPorts(2 * MASTERS)
      const masters = Array.from({ length: MASTERS }, (_, i) =>
        member(`core-${i}`, ports[i] as number, { ...CLUSTER, 'cluster-port': String(ports[MASTERS + i]) }),
      )
      const urls = masters.map(({ url }) => url)
      return { url: urls.join(','), masters, replicas: [], join: () => joinCluster(urls, ports.slice(MASTERS)) }
    }
    case 'replicated': {
      const following = { masterauth: password, 'repl-diskless-sync-delay': '0' }
      const ports = await claimPorts(REPLICAS)
      const master = member('core', port, following)
      const replicas = ports.map((own, i) => member(`replica-${i}`, own, following))
      return { url: master.url, masters: [master], replicas, join: () => follow(master, replicas) }
    }
  }
}

/** Makes a replica a master, and the others its replicas. Whoever was their master is left as it is. */
export async function promote(replica: CoreMember, others: readonly CoreMember[]): Promise<void> {
  await ask(replica.url, (redis) => redis.replicaof('NO', 'ONE'))
  await follow(replica, others)
}

/** Makes members the replicas of one, and waits until they have everything that it has. */
async function follow(master: CoreMember, replicas: readonly CoreMember[]): Promise<void> {
  const { hostname, port } = new URL(master.url)
  await Promise.all(replicas.map(({ url }) => ask(url, (redis) => redis.replicaof(hostname, Number(port)))))
  await until('the replicas follow', async () => {
    const info = await ask(master.url, (redis) => redis.info('replication'))
    return (info.match(/state=online/g) ?? []).length === replicas.length
  })
}

/**
 * Gives each node its part of the slots once, then introduces them, and waits until all say that all is well: a node
 * that has heard of another takes no epoch any more. A restart only has to wait.
 */
async function joinCluster(urls: readonly string[], busPorts: readonly number[]): Promise<void> {
  await Promise.all(
    urls.map((url, i) =>
      ask(url, async (redis) => {
        if (assigned(await redis.cluster('INFO')) > 0) return
        await redis.cluster('SET-CONFIG-EPOCH', i + 1)
        const [first, next] = [i, i + 1].map((part) => Math.floor((part * SLOTS) / urls.length)) as [number, number]
        await redis.cluster('ADDSLOTSRANGE', first, next - 1)
      }),
    ),
  )
  await ask(urls[0] as string, async (redis) => {
    for (const [i, other] of urls.entries())
      if (i > 0) await redis.call('CLUSTER', 'MEET', '127.0.0.1', new URL(other).port, `${busPorts[i]}`)
  })
  await until('the cluster is one', async () => {
    const infos = await Promise.all(urls.map((url) => ask(url, (redis) => redis.cluster('INFO'))))
    return infos.every(
      (info) => info.includes('cluster_state:ok') && assigned(info) === SLOTS && info.includes(`cluster_known_nodes:${urls.length}`),
    )
  })
}

function assigned(info: string): number {
  return Number(/cluster_slots_assigned:(\d+)/.exec(info)?.[1] ?? 0)
}

async function ask<T>(url: string, question: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: null })
  redis.on('error', () => {})
  try {
    await redis.connect()
    return await question(redis)
  } finally {
    redis.disconnect()
  }
}

async function until(what: string, look: () => Promise<boolean>): Promise<void> {
  const giveUpAt = Date.now() + JOIN_PATIENCE_MS
  while (!(await look())) {
    if (Date.now() > giveUpAt) throw new Error(`waited ${JOIN_PATIENCE_MS} ms in vain: ${what}`)
    await setTimeout(LOOK_MS)
  }
}

function claimPorts(count: number): Promise<number[]> {
  return Promise.all(Array.from({ length: count }, () => claimPort()))
}
