import fs from 'node:fs'
import path from 'node:path'
import { endProcess, identify, isAlive, type ProcessIdentity } from './process-identity.ts'

export type RecordedService = ProcessIdentity & {
  readonly name: string
  readonly stopSignal: NodeJS.Signals
  readonly stopPatienceMs: number
}
type Run = { readonly url: string; readonly services: readonly RecordedService[] }

/** Somebody else runs this store. */
export class AlreadyRunning extends Error {
  readonly pid: number
  readonly url: string

  constructor(pid: number, url: string) {
    super(`already running as process ${pid}`)
    this.pid = pid
    this.url = url
  }
}

/**
 * Who runs a store out of a folder, and which processes belong to it, on disk: so that of two starters one wins, and what a killed starter
 * left behind is found. A lock whose owner is gone is nobody's.
 */
export class RunRecord {
  readonly #folder: string
  #run: Run

  private constructor(folder: string, run: Run) {
    this.#folder = folder
    this.#run = run
  }

  /** Throws `AlreadyRunning` while another process that lives holds the folder. */
  static take(folder: string, url: string): RunRecord {
    const own = JSON.stringify(identify(process.pid))
    for (;;) {
      try {
        // Written beside and linked into place: whoever sees a lock sees its owner.
        const draft = path.join(folder, `run.lock.${process.pid}`)
        fs.writeFileSync(draft, own)
        try {
          fs.linkSync(draft, lockFile(folder))
        } finally {
          fs.rmSync(draft)
        }
        return new RunRecord(folder, readRun(folder)).#rename(url)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      }
      const owner = readOwner(folder)
      if (owner && isAlive(owner)) throw new AlreadyRunning(owner.pid, readRun(folder).url)
      fs.rmSync(lockFile(folder), { force: true })
    }
  }

  #rename(url: string): RunRecord {
    this.#run = { ...this.#run, url }
    return this
  }

  /** Ends what an earlier run left behind, in the order in which it should go. Returns the names of those that were still there. */
  async endOrphans(): Promise<string[]> {
    const left = this.#run.services.filter(isAlive)
    for (const service of left) await endProcess(service, service.stopSignal, service.stopPatienceMs)
    this.#write({ ...this.#run, services: [] })
    return left.map((service) => service.name)
  }

  /** Keeps a process in mind; the last one kept is the first to be ended. */
  keep(service: RecordedService): void {
    const others = this.#run.services.filter(isAlive)
    this.#write({ ...this.#run, services: [service, ...others] })
  }

  release(): void {
    fs.rmSync(path.join(this.#folder, 'run.json'), { force: true })
    fs.rmSync(lockFile(this.#folder), { force: true })
  }

  #write(run: Run): void {
    this.#run = run
    const file = path.join(this.#folder, 'run.json')
    fs.writeFileSync(`${file}.part`, JSON.stringify(run, null, 2))
    fs.renameSync(`${file}.part`, file)
  }
}

/** Whether the process that took a folder still lives. */
export function isHeld(folder: string): boolean {
  const owner = readOwner(folder)
  return owner !== null && isAlive(owner)
}

function lockFile(folder: string): string {
  return path.join(folder, 'run.lock')
}

function readOwner(folder: string): ProcessIdentity | null {
  return readJson<ProcessIdentity>(lockFile(folder))
}

function readRun(folder: string): Run {
  return readJson<Run>(path.join(folder, 'run.json')) ?? { url: '', services: [] }
}

function readJson<T>(file: string): T | null {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')) as T
  } catch {
    return null
  }
}
