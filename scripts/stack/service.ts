import { type ChildProcess, spawn } from 'node:child_process'
import fs from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { endProcess, identify, type ProcessIdentity } from './process-identity.ts'

export type ServiceSpec = {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
  readonly user?: { readonly uid: number; readonly gid: number } | null
  /** Where its output goes. A file rather than a pipe, so that a service outlives us without breaking. */
  readonly logFile: string
  /** Asked again and again until it says yes. */
  readonly isReady: () => Promise<boolean>
  readonly readyTimeoutMs: number
  readonly stopSignal: NodeJS.Signals
  readonly stopPatienceMs: number
}

/** A service could not be started. `tail` is the end of what it said. */
export class ServiceFailed extends Error {
  readonly service: string
  readonly tail: string

  constructor(service: string, why: string, tail: string) {
    super(`${service} ${why}`)
    this.service = service
    this.tail = tail
  }
}

const LOOK_MS = 25

/** A program in a process group of its own, so that a Ctrl-C meant for us does not reach it before we stop it in order. */
export class Service {
  readonly spec: ServiceSpec
  /** Hears of an end that nobody asked for. */
  onUnexpectedEnd: (why: string) => void = () => {}
  /** Hears of each process, at once, so that it is on record before anything can go wrong. */
  onStarted: (identity: ProcessIdentity) => void = () => {}
  #child: ChildProcess | null = null
  #identity: ProcessIdentity | null = null
  #ending = false

  constructor(spec: ServiceSpec) {
    this.spec = spec
  }

  get pid(): number | null {
    return this.#child?.pid ?? null
  }

  /** Starts it and returns once it is ready. A service that does not become ready is ended again. */
  async start(): Promise<void> {
    const { name, command, args, env, cwd, user, logFile } = this.spec
    const log = fs.openSync(logFile, 'a', 0o600)
    const child = spawn(command, args, { stdio: ['ignore', log, log], detached: true, cwd, env, ...(user ?? {}) })
    fs.closeSync(log)
    this.#child = child
    this.#ending = false
    let ended: string | null = null
    let ready = false
    child.once('error', (error) => {
      ended = `could not be started: ${error.message}`
    })
    child.once('exit', (code, signal) => {
      ended ??= `ended with ${signal ?? `code ${code}`}`
      this.#child = null
      if (ready && !this.#ending) this.onUnexpectedEnd(ended)
    })
    if (child.pid !== undefined) {
      this.#identity = identify(child.pid)
      if (this.#identity) this.onStarted(this.#identity)
    }
    const giveUpAt = Date.now() + this.spec.readyTimeoutMs
    while (!(await this.spec.isReady().catch(() => false))) {
      if (ended) throw new ServiceFailed(name, ended, this.tail())
      if (Date.now() > giveUpAt) {
        await this.kill('SIGKILL')
        throw new ServiceFailed(name, `was not ready within ${this.spec.readyTimeoutMs / 1000} s`, this.tail())
      }
      await setTimeout(LOOK_MS)
    }
    if (ended) throw new ServiceFailed(name, ended, this.tail())
    ready = true
  }

  /** Asks it to stop, and makes it when it does not in time. */
  async stop(): Promise<void> {
    await this.#end(this.spec.stopSignal, this.spec.stopPatienceMs)
  }

  /** Ends it in this way, on purpose; resolves once it is gone. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    await this.#end(signal, this.spec.stopPatienceMs)
  }

  /** The last lines it said. */
  tail(lines = 15): string {
    return fs.existsSync(this.spec.logFile) ? fs.readFileSync(this.spec.logFile, 'utf8').trimEnd().split('\n').slice(-lines).join('\n') : ''
  }

  async #end(signal: NodeJS.Signals, patienceMs: number): Promise<void> {
    this.#ending = true
    if (this.#identity) await endProcess(this.#identity, signal, patienceMs)
  }
}
