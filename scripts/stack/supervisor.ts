import { setTimeout } from 'node:timers/promises'
import type { RunRecord } from './run-record.ts'
import { type Service, ServiceFailed } from './service.ts'

/** More ends than this within a minute are not bad luck. */
const MAX_RESTARTS = 5
const WINDOW_MS = 60_000
const FIRST_PAUSE_MS = 500

export type SupervisorEvents = {
  /** A service ended by itself and is started again. */
  restarting(service: string, why: string): void
  restarted(service: string): void
  /** A service cannot be kept up: everything has to stop. */
  gaveUp(failure: ServiceFailed): void
}

/** Keeps services up: starts them in order, starts one again that ends by itself, and stops them all, the last first. */
export class Supervisor {
  readonly #record: RunRecord
  readonly #events: SupervisorEvents
  readonly #services: Service[] = []
  readonly #ends = new Map<Service, number[]>()
  #stopping = false

  constructor(record: RunRecord, events: SupervisorEvents) {
    this.#record = record
    this.#events = events
  }

  /** Starts a service and keeps it up from then on. Throws `ServiceFailed` when it does not start. */
  async start(service: Service): Promise<void> {
    const { name, stopSignal, stopPatienceMs } = service.spec
    service.onStarted = (identity) => this.#record.keep({ ...identity, name, stopSignal, stopPatienceMs })
    service.onUnexpectedEnd = (why) => void this.#restart(service, why)
    if (this.#stopping) throw new ServiceFailed(name, 'was not started: everything is being stopped', '')
    this.#services.push(service)
    await service.start()
  }

  /** Stops everything, the last started first; `each` hears of the one that is being waited for. Safe to call again. */
  async stop(each: (service: string) => void = () => {}): Promise<void> {
    this.#stopping = true
    for (const service of this.#services.reverse()) {
      each(service.spec.name)
      await service.stop()
    }
    this.#services.length = 0
  }

  async #restart(service: Service, why: string): Promise<void> {
    if (this.#stopping) return
    const now = Date.now()
    const recent = [...(this.#ends.get(service) ?? []).filter((at) => now - at < WINDOW_MS), now]
    this.#ends.set(service, recent)
    if (recent.length > MAX_RESTARTS) {
      this.#events.gaveUp(new ServiceFailed(service.spec.name, `${why}, ${recent.length} times within a minute`, service.tail()))
      return
    }
    this.#events.restarting(service.spec.name, why)
    await setTimeout(FIRST_PAUSE_MS * 2 ** (recent.length - 1))
    if (this.#stopping) return
    try {
      await service.start()
      this.#events.restarted(service.spec.name)
    } catch (error) {
      await this.#restart(service, error instanceof Error ? error.message : 'could not be started')
    }
  }
}
