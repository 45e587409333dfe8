import { randomUUID } from 'node:crypto'
import { systemClock } from '../clock.ts'
import { connectDatabase, type Db } from '../db/client.ts'
import { env } from '../env.ts'
import { RedisStockCounters } from '../inventory/redis-stock-counters.ts'
import { gatewayState } from '../payments/gateway-state.ts'
import { guardedGateway } from '../payments/guarded-gateway.ts'
import { stripeGateway } from '../payments/stripe-gateway.ts'
import { Core } from '../redis/core.ts'
import type { Ports } from './ports.ts'
import { postgresOrderBook } from './postgres-order-book.ts'

/** The engine's ports over the real servers that the environment names, with what must be closed at the end. */
export type Wired = Ports & { readonly db: Db; readonly core: Core; close(): Promise<void> }

export function wirePorts({ name, connections }: { name: string; connections: number }): Wired {
  const { DATABASE_URL, CORE_REDIS_URL, CORE_REPLICAS_ACK, STRIPE_SECRET_KEY, STRIPE_API_URL, PUBLIC_URL } = env()
  const db = connectDatabase(DATABASE_URL, connections)
  const core = new Core(CORE_REDIS_URL, name, { replicas: CORE_REPLICAS_ACK })
  return {
    db,
    core,
    counters: new RedisStockCounters(core),
    book: postgresOrderBook(db),
    gateway: guardedGateway(stripeGateway(STRIPE_SECRET_KEY, STRIPE_API_URL), gatewayState(core)),
    clock: systemClock,
    newId: randomUUID,
    returnUrl: (orderId) => new URL(`/orders/${orderId}/return`, PUBLIC_URL).href,
    close: async () => {
      await core.close()
      await db.$disconnect()
    },
  }
}
