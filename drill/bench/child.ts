import { type ChildProcess, fork } from 'node:child_process'
import path from 'node:path'

/** What a child can be asked, by name. */
export type Handlers = Record<string, (question: never) => Promise<unknown>>

type Asked = { readonly id: number; readonly name: string; readonly question: unknown }
type Answered = { readonly id: number; readonly answer?: unknown; readonly error?: string }

/** A process of its own that does the asking or the work, so that whoever measures is not what is measured. */
export class Child<H extends Handlers> {
  readonly #process: ChildProcess
  readonly #waiting = new Map<number, { resolve: (answer: never) => void; reject: (error: Error) => void }>()
  #asked = 0

  /** `file` stands in this folder and ends with `serve(handlers)`; `env` is all the environment that it has. */
  constructor(file: string, env: Record<string, string>, profiles: string | null = null) {
    const execArgv = profiles ? ['--cpu-prof', `--cpu-prof-dir=${profiles}`, `--cpu-prof-name=${file}.${Date.now()}.cpuprofile`] : []
    this.#process = fork(path.join(import.meta.dirname, file), {
      env: { ...env, LOG_LEVEL: 'error' } as unknown as NodeJS.ProcessEnv,
      execArgv,
      serialization: 'advanced',
    })
    this.#process.on('message', ({ id, answer, error }: Answered) => {
      const waiting = this.#waiting.get(id)
      this.#waiting.delete(id)
      if (error === undefined) waiting?.resolve(answer as never)
      else waiting?.reject(new Error(error))
    })
    this.#process.once('exit', (code, signal) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`${file} ended with ${signal ?? `code ${code}`}`))
      this.#waiting.clear()
    })
  }

  get pid(): number {
    return this.#process.pid ?? 0
  }

  ask<N extends keyof H & string>(name: N, question: Parameters<H[N]>[0]): Promise<Awaited<ReturnType<H[N]>>> {
    this.#asked += 1
    const asked: Asked = { id: this.#asked, name, question }
    return new Promise((resolve, reject) => {
      this.#waiting.set(asked.id, { resolve, reject })
      this.#process.send(asked)
    })
  }

  /** Resolves once it is gone. */
  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const gone = new Promise((resolve) => this.#process.once('exit', resolve))
    this.#process.disconnect()
    await gone
  }
}

/** The child's side: answers until whoever started it is gone. */
export function serve(handlers: Handlers): void {
  process.on('message', async ({ id, name, question }: Asked) => {
    const answered = await Promise.resolve()
      .then(() => handlers[name]?.(question as never))
      .then(
        (answer): Answered => ({ id, answer }),
        (error: Error): Answered => ({ id, error: error.stack ?? error.message }),
      )
    process.send?.(answered)
  })
  process.once('disconnect', () => process.exit(0))
}
