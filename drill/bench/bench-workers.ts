import path from 'node:path'
import { storeServices } from '#/scripts/stack/store-services.ts'
import type { TestProcess, TestStack } from '#/scripts/stack/test-stack.ts'
import { cpuSeconds } from './machine.ts'

export type Part = 'workers' | 'Postgres' | 'core' | 'gateway' | 'mailbox'

/** The worker process of a store, on the servers of a bench. */
export class BenchWorkers {
  readonly #stack: TestStack
  readonly #process: TestProcess

  constructor(stack: TestStack, project: string, env: Record<string, string> = {}) {
    const options = { project, distDir: '', port: 0, logs: path.join(stack.logs), env: { ...stack.env, LOG_LEVEL: 'error', ...env } }
    this.#stack = stack
    this.#process = stack.processOf(storeServices(options).workers)
  }

  start(): Promise<void> {
    return this.#process.start()
  }

  stop(): Promise<void> {
    return this.#process.kill('SIGTERM')
  }

  /** Processor time of each part of the store so far. */
  cpuSeconds(): Map<Part, number> {
    const { postgres, core, gateway, mail } = this.#stack
    const parts = { workers: this.#process, Postgres: postgres, core, gateway, mailbox: mail }
    return new Map(Object.entries(parts).map(([part, { pid }]) => [part as Part, cpuSeconds(pid() ?? 0) ?? 0]))
  }
}
