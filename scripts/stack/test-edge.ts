import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { edgeService, followerService, TOKEN_HEADER } from './edge.ts'
import type { EdgeOptions } from './edge-conf.ts'
import { findNginx } from './nginx-binary.ts'
import { claimPort } from './ports.ts'
import { openStateFolder } from './state-folder.ts'
import type { TestProcess, TestStack } from './test-stack.ts'
import { varnishService } from './varnish.ts'
import { findVarnish } from './varnish-binary.ts'

/** A real nginx with our configuration, in front of whatever a test has there. */
export type TestEdge = TestProcess & {
  readonly url: string
  readonly folder: string
  readonly controlUrl: string
  readonly token: string
  /** Keeps it true to the catalogue; null where the test does not say which one that is. */
  readonly follower: TestProcess | null
  /** Whether there was such an entry. */
  purge(key: string): Promise<boolean>
}

export type TestEdgeOptions = Pick<EdgeOptions, 'pool' | 'publicHost' | 'assets' | 'media'> & {
  readonly databaseUrl?: string
  readonly trusted?: readonly string[]
}

type Host = Pick<TestStack, 'folder' | 'logs' | 'launch'>

const HOSTS = ['localhost', '127.0.0.1', '[::1]']
const project = path.resolve(import.meta.dirname, '../..')

/** It ends with the stack that it belongs to. */
export async function startTestEdge(stack: Host, { databaseUrl, trusted = [], ...options }: TestEdgeOptions): Promise<TestEdge> {
  const [port, controlPort] = [await claimPort(), await claimPort()]
  const folder = path.join(stack.folder, 'edge')
  fs.mkdirSync(folder, { recursive: true, mode: 0o755 })
  const token = randomBytes(16).toString('hex')
  const binary = await findNginx(openStateFolder(project).tools)
  const own = { project, folder, controlPort, token }
  const nginx = await edgeService({ ...options, ...own, binary, port, hosts: HOSTS, trusted, logFile: path.join(stack.logs, 'nginx.log') })
  const controlUrl = `http://127.0.0.1:${controlPort}`
  const edge = await stack.launch(nginx)
  const following = databaseUrl && followerService({ ...own, databaseUrl, logFile: path.join(stack.logs, 'edge-follower.log') })
  return {
    ...edge,
    follower: following ? await stack.launch(following) : null,
    url: `http://localhost:${port}`,
    folder,
    controlUrl,
    token,
    purge: async (key) => {
      const { status } = await fetch(`${controlUrl}/purge`, { headers: { [TOKEN_HEADER]: token, 'x-purge-key': key } })
      return status === 200
    },
  }
}

export type TestVarnish = TestProcess & {
  readonly url: string
  readonly token: string
  /** Has it forget what carries one of these tags, `a|b`; or everything, `*`. Returns what it answers to whoever says this word. */
  ban(tags: string, token?: string): Promise<number>
}

/** The same by the rules for Varnish, which have no files and no follower. */
export async function startTestVarnish(stack: Host, { pool, publicHost }: Pick<EdgeOptions, 'pool' | 'publicHost'>): Promise<TestVarnish> {
  const port = await claimPort()
  const folder = path.join(stack.folder, 'varnish')
  fs.mkdirSync(folder, { recursive: true, mode: 0o755 })
  const binary = await findVarnish(openStateFolder(project).tools)
  const own = { project, folder, port, token: randomBytes(16).toString('hex'), hosts: HOSTS }
  const service = varnishService({ ...own, pool, publicHost, binary, logFile: path.join(stack.logs, 'varnish.log') })
  const url = `http://localhost:${port}`
  return {
    ...(await stack.launch(service)),
    url,
    token: own.token,
    ban: async (tags, token = own.token) => {
      const headers = { [TOKEN_HEADER]: token, 'x-ban-tags': tags }
      return (await fetch(url, { method: 'BAN', headers })).status
    },
  }
}
