import fs from 'node:fs'
import path from 'node:path'
import { endProcess } from './end-process.ts'
import { isAlive, type ProcessIdentity } from './process-identity.mjs'
import { identityOf, readLock, takeLock } from './run-lock.mjs'

export type RecordedProcess = ProcessIdentity & {
  readonly name: string
  readonly stopSignal: NodeJS.Signals
  readonly stopPatienceMs: number
}
type Run = {
  readonly url: string
  readonly folder: string
  readonly starters: readonly ProcessIdentity[]
  readonly processes: readonly RecordedProcess[]
}

/** Somebody else runs this store. `isOrphan` where one of those who had started it was killed: no Ctrl-C reaches it any more. */
export class AlreadyRunning extends Error {
  readonly owner: ProcessIdentity
  readonly url: string
  readonly isOrphan: boolean

  constructor(owner: ProcessIdentity, { url, starters }: Pick<Run, 'url' | 'starters'>) {
    super(`already running as process ${owner.pid}`)
    this.owner = owner
    this.url = url
    this.isOrphan = !starters.every(isAlive)
  }

  get pid(): number {
    return this.owner.pid
  }
}

/**
 * Who runs a store out of a folder, and which processes belong to it, on disk in `run/`: so that of two starters one wins, and what a killed
 * starter left behind is found.
 */
export class RunRecord {
  readonly #folder: string
  readonly #letGo: () => void
  #run: Run

  private constructor(folder: string, letGo: () => void, run: Run) {
    this.#folder = folder
    this.#letGo = letGo
    this.#run = run
  }

  /** Throws `AlreadyRunning` while another process that lives holds the folder. `starters` are those that wait for this one. */
  static take(folder: string, url: string, starters: readonly ProcessIdentity[] = []): RunRecord {
    const runFolder = path.join(folder, 'run')
    fs.mkdirSync(runFolder, { recursive: true })
    const { release, owner } = takeLock(runFolder)
    if (!release) throw new AlreadyRunning(owner, readRun(runFolder))
    const record = new RunRecord(runFolder, release, { ...readRun(runFolder), url, starters })
    record.#write(record.#run.processes)
    return record
  }

  /** Ends what an earlier run left behind, in the order in which it should go. Returns the names of those that were still there. */
  async endOrphans(): Promise<string[]> {
    const left = this.#run.processes.filter(isAlive)
    for (const { name, stopSignal, stopPatienceMs, ...identity } of left) {
      await endProcess(identity, stopSignal, stopPatienceMs)
      this.forget(name)
    }
    this.#write(this.#run.processes.filter(isAlive))
    return left.map(({ name }) => name)
  }

  /** Keeps a process in mind; the last one kept is the first to be ended. One that takes the place of an earlier one keeps its turn. */
  keep(process: RecordedProcess): void {
    const { processes } = this.#run
    const isKnown = processes.some(({ name }) => name === process.name)
    this.#write(isKnown ? processes.map((other) => (other.name === process.name ? process : other)) : [process, ...processes])
  }

  /** Drops a process that has ended. */
  forget(name: string): void {
    this.#tryToWrite(this.#run.processes.filter((process) => process.name !== name))
  }

  /** Lets go of the folder. What still lives stays on record for the next run. */
  release(): void {
    this.#tryToWrite(this.#run.processes.filter(isAlive))
    this.#letGo()
  }

  /** For what has ended: to stay on record does no harm, but a full disk, or a folder that was removed, must not cut a stop short. */
  #tryToWrite(processes: readonly RecordedProcess[]): void {
    try {
      this.#write(processes)
    } catch {}
  }

  #write(processes: readonly RecordedProcess[]): void {
    this.#run = { ...this.#run, processes }
    const file = path.join(this.#folder, 'processes.json')
    fs.writeFileSync(`${file}.part`, JSON.stringify(this.#run, null, 2))
    fs.renameSync(`${file}.part`, file)
  }
}

/** Whether the process that took a folder still lives. */
export function isHeld(folder: string): boolean {
  return readLock(path.join(folder, 'run')).owner !== null
}

/** The run that holds a folder: its address, and the names of what it runs. Null while nobody holds it. */
export function readRunning(folder: string): { readonly pid: number; readonly url: string; readonly services: readonly string[] } | null {
  const runFolder = path.join(folder, 'run')
  const { owner } = readLock(runFolder)
  if (!owner) return null
  const { url, processes } = readRun(runFolder)
  return { pid: owner.pid, url, services: processes.filter(isAlive).map(({ name }) => name) }
}

/** A copy of a folder does not inherit the processes of the original. */
function readRun(folder: string): Run {
  const nothing = { url: '', folder: identityOf(folder), starters: [], processes: [] }
  try {
    const run = JSON.parse(fs.readFileSync(path.join(folder, 'processes.json'), 'utf8')) as Run
    return run.folder === nothing.folder ? { ...nothing, ...run } : nothing
  } catch {
    return nothing
  }
}
