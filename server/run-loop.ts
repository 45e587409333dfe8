import { setTimeout } from 'node:timers/promises'
import { log } from './telemetry/log.ts'

export type Loop = {
  /** Starts the next step at once instead of after the pause. */
  wake(): void
  /** Lets the step at hand finish and starts no other. */
  stop(): Promise<void>
}

/** What a step did: `busy` asks for the next one at once, `idle` for a pause. */
export type StepResult = 'busy' | 'idle'

const FIRST_BACKOFF_MS = 200
const LAST_BACKOFF_MS = 5000

/**
 * Repeats a step until it is stopped, pausing `idleMs` when there was nothing to do. A step that throws is an outage: it is logged once,
 * and tried again with doubling pauses and jitter for as long as it takes. After a step that leaves nothing to do it rests for `restMs`
 * even when it is woken, so that what comes together is done together.
 */
export function runLoop(name: string, idleMs: number, step: () => Promise<StepResult>, restMs = 0): Loop {
  const stopping = new AbortController()
  let pause = new AbortController()
  let failures = 0

  const running = (async () => {
    while (!stopping.signal.aborted) {
      pause = new AbortController()
      const waitMs = await attempt()
      if (waitMs > 0 && restMs > 0) await setTimeout(restMs, undefined, { signal: stopping.signal }).catch(() => {})
      if (waitMs > 0) await setTimeout(waitMs, undefined, { signal: AbortSignal.any([pause.signal, stopping.signal]) }).catch(() => {})
    }
  })()

  async function attempt(): Promise<number> {
    try {
      const result = await step()
      if (failures > 0) log.info({ loop: name, failures }, 'loop works again')
      failures = 0
      return result === 'busy' ? 0 : idleMs
    } catch (error) {
      failures += 1
      if (failures === 1) log.error({ loop: name, err: error }, 'loop failed and will try again')
      const delay = Math.min(LAST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (failures - 1))
      return delay / 2 + (Math.random() * delay) / 2
    }
  }

  return {
    wake: () => pause.abort(),
    stop: async () => {
      stopping.abort()
      await running
    },
  }
}
