import type { Redis } from 'ioredis'
import { env } from '../env.ts'
import { countUnpaid } from '../inventory/count-unpaid.ts'
import { UnpaidOrders } from '../inventory/unpaid-orders.ts'
import { Acknowledgements } from '../orders/acknowledgements.ts'
import { type Wired, wirePorts } from '../orders/wire-ports.ts'
import { connectRedis } from '../redis/connect.ts'
import { tellConcerns } from '../redis/core-concerns.ts'
import { log } from '../telemetry/log.ts'

const LOOK_MS = 1000

type Runtime = {
  readonly ports: Wired
  readonly cache: Redis
  readonly acknowledgements: Acknowledgements
  readonly unpaid: UnpaidOrders
}

/** Kept on the process, because the framework loads this module once for each of its layers. */
const kept = globalThis as { __saledayRuntime?: Runtime }

/** What a web process keeps open: the engine's ports and Redis cache. Opened by the first request that needs it. */
export function runtime(): Runtime {
  kept.__saledayRuntime ??= open()
  return kept.__saledayRuntime
}

function open(): Runtime {
  const ports = wirePorts({ name: 'web', connections: 10 })
  const acknowledgements = new Acknowledgements(ports)
  repeat(() => acknowledgements.look(), LOOK_MS)
  void tellConcerns(ports.core)
  const unpaid = new UnpaidOrders((skus) => countUnpaid(ports.db, skus))
  return { ports, acknowledgements, unpaid, cache: connectRedis(env().CACHE_REDIS_URL, 'web-cache', { commandTimeout: 100 }) }
}

/** One after the other, for as long as the process lives; what goes wrong is logged and tried again. */
function repeat(look: () => Promise<void>, pauseMs: number): void {
  const next = () =>
    void look()
      .catch((error: unknown) => log.error({ err: error }, 'acknowledgements could not be looked at'))
      .finally(() => setTimeout(next, pauseMs).unref())
  next()
}
