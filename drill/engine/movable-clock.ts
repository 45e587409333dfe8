import { setTimeout } from 'node:timers/promises'
import type { Clock } from '#/domain/clock.ts'

/** The machine's clock, which a test can put forward. */
export class MovableClock implements Clock {
  #aheadMs = 0

  now(): number {
    return Date.now() + this.#aheadMs
  }

  sleep(ms: number): Promise<void> {
    return setTimeout(ms)
  }

  pass(ms: number): void {
    this.#aheadMs += ms
  }
}
