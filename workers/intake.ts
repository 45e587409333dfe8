import type { Shard } from '#/domain/sharding.ts'
import { unreachable } from '#/domain/unreachable.ts'
import type { Ports } from '#/server/orders/ports.ts'
import { Intake } from '#/server/orders/run-intake.ts'
import { type Loop, runLoop } from '#/server/run-loop.ts'
import { log } from '#/server/telemetry/log.ts'

/** How long a look at an empty stream waits for an order. Below the timeout of a command. */
const WAIT_MS = 1000

/** How long a process that is not the shard's writer waits before it tries to be. */
const STANDBY_MS = 1000

/** Intake of one shard. Of all worker processes one writes at a time; the others stand by and take over when its lock is free. */
export function runIntake(ports: Pick<Ports, 'counters' | 'book' | 'clock'>, shard: Shard, recorded: () => void): Loop {
  const intake = new Intake(ports, shard)
  return runLoop(`intake-${shard}`, STANDBY_MS, async () => {
    const taken = await intake.takeBatch(WAIT_MS)
    if (!taken.ok) {
      switch (taken.code) {
        case 'NOT_THE_WRITER':
          return 'idle'
        case 'CORE_UNREACHED':
        case 'CORE_UNKNOWN':
        case 'CORE_REFUSED':
          throw new Error(taken.code)
        default:
          return unreachable(taken)
      }
    }
    const { allocated, rejected, redelivered, superseded, buried } = taken.value
    const orders = allocated + rejected + redelivered + superseded + buried
    if (orders > 0) {
      recorded()
      log[buried > 0 ? 'error' : 'info']({ shard, ...taken.value }, 'intake recorded a batch')
    }
    return 'busy'
  })
}
