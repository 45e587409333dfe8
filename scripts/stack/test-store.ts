import fs from 'node:fs'
import path from 'node:path'
import { buildStore } from './build.ts'
import { copyFolder } from './copy-folder.ts'
import { keepAssets } from './keep-assets.ts'
import { claimPort } from './ports.ts'
import { identify } from './process-identity.mjs'
import { importSeed } from './seed.ts'
import type { StateFolder } from './state-folder.ts'
import { type StoreOptions, storeServices } from './store-services.ts'
import { startTestStack, type TestProcess, type TestStack } from './test-stack.ts'

/** The production build that tests are made of. Nobody runs it: each web process has a copy, which a test may harm. */
export const TEST_BUILD = '.next-test'

/** One web process of a store. */
export type TestReplica = {
  readonly url: string
  /** Its own copy of the build. */
  readonly buildFolder: string
  readonly web: TestProcess
}

/** With its first web process, or the only one. */
export type TestStore = TestStack &
  TestReplica & {
    /** Every web process, the first among them. */
    readonly replicas: readonly TestReplica[]
    readonly workers: TestProcess
    /** Encodes photographs; not running until a test starts it. */
    readonly media: TestProcess
  }

const project = path.resolve(import.meta.dirname, '../..')

/** Makes the build that test stores run, unless it is there already and made of the same sources. Returns whether it did. */
export async function prepareTestBuild(state: StateFolder, onLine: (line: string) => void = () => {}): Promise<boolean> {
  const stack = await startTestStack({ catalogue: 'seed', without: ['gateway', 'mail'] })
  try {
    return await buildForStack(stack, TEST_BUILD, path.join(state.reports, 'build.log'), onLine)
  } finally {
    await stack.stop()
  }
}

/** A production build of the seed shop of a stack. Returns whether it had to be made. */
export async function buildForStack(stack: TestStack, distDir: string, logFile: string, onLine: (line: string) => void): Promise<boolean> {
  const catalogue = await importSeed(project, stack.postgres.url, stack.logs)
  fs.rmSync(logFile, { force: true })
  return buildStore({ project, distDir, env: stack.env, catalogue, logFile, onLine })
}

export type TestStoreOptions = {
  /** The build that it runs a copy of: the one that `prepareTestBuild` made, or another by `buildForStack`. */
  readonly build?: string
  readonly durable?: boolean
  /** How many web processes there are, each with a port and a copy of the build of its own. One, unless told otherwise. */
  readonly replicas?: number
  /** Beyond what the stack says, and made of it where it depends on its servers. */
  readonly env?: Record<string, string> | ((stack: TestStack) => Promise<Record<string, string>>)
}

/** A whole store of a test's own: the seed shop, one web process or several, and workers. */
export async function startTestStore(wanted: TestStoreOptions = {}): Promise<TestStore> {
  const { build = TEST_BUILD, durable = false, replicas: count = 1, env: more = {} } = wanted
  removeOrphanedBuilds()
  const ports = await Promise.all(Array.from({ length: count }, claimPort))
  const [port = 0] = ports
  const stack = await startTestStack({ catalogue: 'seed', port, durable })
  const env = typeof more === 'function' ? await more(stack) : more
  const common = { project, logs: stack.logs, env: { ...stack.env, ...env } }
  const optionsOf = (own: number, i: number): StoreOptions => {
    const suffix = i === 0 ? '' : `-${i + 1}`
    return { ...common, port: own, distDir: `${build}-${path.basename(stack.folder)}${suffix}`, webName: `web${suffix}` }
  }
  const options = ports.map(optionsOf)
  const [own] = options as [StoreOptions]
  const stop = async () => {
    await stack.stop()
    for (const { distDir } of options) fs.rmSync(path.join(project, distDir), { recursive: true, force: true })
  }
  const launchReplica = async (own: StoreOptions): Promise<TestReplica> => {
    const web = await stack.launch(storeServices(own).web)
    return { url: `http://localhost:${own.port}`, buildFolder: path.join(project, own.distDir), web }
  }
  try {
    for (const { distDir } of options) await copyFolder(path.join(project, build), path.join(project, distDir))
    await keepAssets(path.join(project, own.distDir), stack.env.ASSETS_DIR ?? '')
    const services = storeServices(own)
    const [workers, ...replicas] = await Promise.all([stack.launch(services.workers), ...options.map(launchReplica)])
    const [first] = replicas as [TestReplica]
    return { ...stack, ...first, replicas, workers, media: stack.processOf(services.media), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Copies that killed runs have left. */
function removeOrphanedBuilds(): void {
  for (const name of fs.readdirSync(project)) {
    const pid = /^\.next-[a-z-]+-(\d+)-/.exec(name)?.[1]
    if (pid && identify(Number(pid)) === null) fs.rmSync(path.join(project, name), { recursive: true, force: true })
  }
}
