import { type ChildProcess, spawn } from 'node:child_process'
import fs from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { endProcess, killGroup, sendSignal } from './end-process.ts'
import { identify, type ProcessIdentity } from './process-identity.mjs'
import { ServiceLog } from './service-log.ts'

/** Variables for a program; what is undefined is not set. */
export type Environment = Readonly<Record<string, string | undefined>>

export type ServiceSpec = {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Environment
  readonly cwd?: string
  readonly user?: { readonly uid: number; readonly gid: number } | null
  /** Where its output goes. A file rather than a pipe, so that a service outlives us without breaking. */
  readonly logFile: string
  /** Asked again and again until it says yes; `said` is what this process has printed so far. */
  readonly isReady: (said: () => string) => Promise<boolean>
  readonly readyTimeoutMs: number
  readonly stopSignal: NodeJS.Signals
  readonly stopPatienceMs: number
}

/** A service could not be started or kept up. `tail` is the end of what it said, `logFile` has the whole, where there is one. */
export class ServiceFailed extends Error {
  readonly service: string
  /** A verb and what follows: `ended with code 1`. */
  readonly why: string
  readonly tail: string
  readonly logFile: string | null

  constructor(service: string, why: string, tail: string, logFile: string | null = null) {
    super(`${service} ${why}`)
    this.service = service
    this.why = why
    this.tail = tail
    this.logFile = logFile
  }
}

const LOOK_MS = 25

/** A program in a process group of its own, so that a Ctrl-C meant for us does not reach it before we stop it in order. */
export class Service {
  readonly spec: ServiceSpec
  readonly log: ServiceLog
  /** Hears of an end that nobody asked for. */
  onUnexpectedEnd: (why: string) => void = () => {}
  /** Hears of each process, at once, so that it is on record before anything can go wrong. */
  onStarted: (identity: ProcessIdentity) => void = () => {}
  #child: ChildProcess | null = null
  #identity: ProcessIdentity | null = null
  #ending = false

  constructor(spec: ServiceSpec) {
    this.spec = spec
    this.log = new ServiceLog(spec.logFile)
  }

  get pid(): number | null {
    return this.#child?.pid ?? null
  }

  /** Starts it and returns once it is ready. Throws `ServiceFailed` when it does not become ready; it is ended again then. */
  async start(): Promise<void> {
    const { command, args, env, cwd, user, isReady, readyTimeoutMs } = this.spec
    this.log.begin()
    const output = this.log.open()
    const child = spawn(command, args, {
      stdio: ['ignore', output, output],
      detached: true,
      cwd,
      env: (env ?? process.env) as NodeJS.ProcessEnv,
      ...(user ?? {}),
    })
    fs.closeSync(output)
    this.#child = child
    this.#ending = false
    let ended: string | null = null
    let ready = false
    child.once('error', (error) => {
      ended = `could not be started: ${error.message}`
    })
    child.once('exit', (code, signal) => {
      ended ??= `ended with ${signal ?? `code ${code}`}`
      if (this.#child === child) this.#child = null
      // What it had started does not outlive it: a worker of its would hold its port against the next one.
      if (child.pid !== undefined) sendSignal(-child.pid, 'SIGKILL')
      if (ready && !this.#ending) this.onUnexpectedEnd(ended)
    })
    this.#identity = child.pid === undefined ? null : identify(child.pid)
    if (this.#identity) this.onStarted(this.#identity)
    const giveUpAt = Date.now() + readyTimeoutMs
    while (!(await isReady(() => this.log.said()).catch(() => false))) {
      if (ended) throw this.failure(ended)
      if (Date.now() > giveUpAt) {
        await this.kill()
        throw this.failure(`was not ready within ${readyTimeoutMs / 1000} s`)
      }
      await setTimeout(LOOK_MS)
    }
    if (ended) throw this.failure(ended)
    ready = true
  }

  /** Asks it to stop, and makes it when it does not in time. */
  async stop(): Promise<void> {
    await this.#end(this.spec.stopSignal)
  }

  /** Ends it in this way, on purpose; resolves once it is gone. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    await this.#end(signal)
  }

  /** Kills it without waiting, for when there is no time left. */
  killNow(): void {
    this.#ending = true
    if (this.pid !== null) killGroup(this.pid)
  }

  failure(why: string): ServiceFailed {
    return new ServiceFailed(this.spec.name, why, this.log.tail(), this.log.file)
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    this.#ending = true
    if (this.#identity) await endProcess(this.#identity, signal, this.spec.stopPatienceMs)
  }
}
