import { setTimeout } from 'node:timers/promises'
import type { RunRecord } from './run-record.ts'
import { type Service, ServiceFailed } from './service.ts'

export type Patience = {
  /** How often in a row a service is started again. */
  readonly restarts: number
  /** Whoever stayed up for so long has made up for earlier ends. */
  readonly soundAfterMs: number
  /** The first pause before starting again; each further one is twice as long. */
  readonly pauseMs: number
}

const PATIENCE: Patience = { restarts: 5, soundAfterMs: 60_000, pauseMs: 500 }
const BOUND_LOGS_EVERY_MS = 60_000

export type SupervisorEvents = {
  /** A service ended by itself and is started again. */
  restarting(service: string, why: string): void
  restarted(service: string): void
  /** A service cannot be kept up: everything has to stop. */
  gaveUp(failure: ServiceFailed): void
}

/** Keeps services up: starts them, starts one again that ends by itself, bounds their logs, and stops them all, the last first. */
export class Supervisor {
  readonly #record: RunRecord
  readonly #events: SupervisorEvents
  readonly #patience: Patience
  readonly #services: Service[] = []
  readonly #inARow = new Map<Service, number>()
  readonly #upSince = new Map<Service, number>()
  readonly #bounding: NodeJS.Timeout
  readonly #stopping = new AbortController()

  constructor(record: RunRecord, events: SupervisorEvents, patience: Patience = PATIENCE) {
    this.#record = record
    this.#events = events
    this.#patience = patience
    this.#bounding = setInterval(() => {
      for (const { log } of this.#services) log.bound()
    }, BOUND_LOGS_EVERY_MS).unref()
  }

  /** Starts a service and keeps it up from then on. Throws `ServiceFailed` when it does not start. */
  async start(service: Service): Promise<void> {
    const { name, stopSignal, stopPatienceMs } = service.spec
    if (this.#stopping.signal.aborted) throw new ServiceFailed(name, 'was not started: everything is being stopped', '')
    service.onStarted = (identity) => this.#record.keep({ ...identity, name, stopSignal, stopPatienceMs })
    service.onUnexpectedEnd = (why) => void this.#restart(service, why)
    this.#services.push(service)
    await service.start()
    this.#upSince.set(service, Date.now())
  }

  /** Stops everything, the last started first; `each` hears of the one that is being waited for. Safe to call again. */
  async stop(each: (service: string) => void = () => {}): Promise<void> {
    this.#stopping.abort()
    clearInterval(this.#bounding)
    for (let service = this.#services.pop(); service; service = this.#services.pop()) {
      each(service.spec.name)
      await service.stop()
      this.#record.forget(service.spec.name)
    }
  }

  async #restart(service: Service, why: string): Promise<void> {
    const { signal } = this.#stopping
    if (signal.aborted) return
    const { restarts, soundAfterMs, pauseMs } = this.#patience
    const wasSound = Date.now() - (this.#upSince.get(service) ?? 0) >= soundAfterMs
    const before = wasSound ? 0 : (this.#inARow.get(service) ?? 0)
    this.#inARow.set(service, before + 1)
    if (before >= restarts) {
      this.#events.gaveUp(service.failure(`${why}, and did so after each of ${before} new starts`))
      return
    }
    this.#events.restarting(service.spec.name, why)
    try {
      await setTimeout(pauseMs * 2 ** before, null, { signal })
      await service.start()
    } catch (error) {
      // A start that failed is an end like any other; it has not been up in between.
      this.#upSince.set(service, Date.now())
      if (!signal.aborted) await this.#restart(service, error instanceof ServiceFailed ? error.why : String(error))
      return
    }
    this.#upSince.set(service, Date.now())
    if (signal.aborted) await service.stop()
    else this.#events.restarted(service.spec.name)
  }
}
