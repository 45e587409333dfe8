import { ALL_SHARDS } from '#/domain/sharding.ts'
import { env } from '#/server/env.ts'
import { sweepDrafts } from '#/server/media/sweep-drafts.ts'
import { smtpMailer } from '#/server/notifications/mailer.ts'
import { wirePorts } from '#/server/orders/wire-ports.ts'
import { ownPlaces } from '#/server/prewarm/own-places.ts'
import { Queues } from '#/server/queues/enqueue.ts'
import { producingConnection, waitingConnection } from '#/server/redis/connect.ts'
import { tellConcerns } from '#/server/redis/core-concerns.ts'
import { announceReady, log } from '#/server/telemetry/log.ts'
import { serveQueue } from './define-worker.ts'
import { runIntake } from './intake.ts'
import { takeLowestPriority } from './lowest-priority.ts'
import { encodeMedia, scanMedia } from './media.ts'
import { sendMail } from './notifications.ts'
import { advanceOrders } from './orders.ts'
import { prewarmPages } from './pages.ts'
import { advanceRefunds } from './refunds.ts'
import { runRelay } from './relay.ts'
import { runUpkeep } from './upkeep.ts'

/**
 * A worker process. `node workers/main.ts` carries orders to their end; `node workers/main.ts media` encodes photographs, as a process of
 * its own at the lowest priority, so that it never takes a core from an order. Any number of either may run.
 */
const role = process.argv[2] ?? 'orders'

/** How long a drain may take before the supervisor's patience ends. Jobs that are cut off run again elsewhere. */
const DRAIN_MS = 15_000

const { CORE_REDIS_URL } = env()
const queues = new Queues(producingConnection(CORE_REDIS_URL, `${role}-queues`))
const blocking = waitingConnection(CORE_REDIS_URL, `${role}-jobs`)
const stop = role === 'media' ? startMedia() : startOrders()
announceReady({ role }, 'workers ready')

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void drain(signal))

function startOrders(): () => Promise<void> {
  const ports = wirePorts({ name: 'worker', connections: 20 })
  // Intake waits on its stream, so it has connections of its own.
  const intakePorts = ALL_SHARDS.map((shard) => ({ shard, ports: wirePorts({ name: `intake-${shard}`, connections: 2 }) }))
  const mailer = smtpMailer()
  const stopping = new AbortController()
  void tellConcerns(ports.core)
  const relay = runRelay(ports, queues)
  const committed = () => {
    relay.stock.wake()
    relay.orders.wake()
    relay.queues.wake()
  }
  const loops = [...intakePorts.map(({ shard, ports: own }) => runIntake(own, shard, committed)), ...runUpkeep(ports, committed)]
  const workers = [
    serveQueue(blocking, 'orders', 20, {
      'order.advance': advanceOrders(ports, committed),
      'refund.advance': advanceRefunds(ports, committed),
    }),
    serveQueue(blocking, 'notifications', 5, { 'mail.send': sendMail(ports, mailer) }),
    serveQueue(blocking, 'pages', 1, { 'pages.prewarm': prewarmPages(ports, ownPlaces(env()), stopping.signal) }),
  ]
  return async () => {
    stopping.abort()
    await Promise.all([...workers.map((worker) => worker.close()), ...loops.map((loop) => loop.stop())])
    await Promise.all(Object.values(relay).map((loop) => loop.stop()))
    mailer.close()
    await Promise.all([ports, ...intakePorts.map((own) => own.ports)].map((wired) => wired.close()))
  }
}

function startMedia(): () => Promise<void> {
  takeLowestPriority()
  const ports = wirePorts({ name: 'media', connections: 2 })
  sweepDrafts(env().MEDIA_DIR, Date.now()).catch((error: unknown) =>
    log.warn({ err: error }, 'old drafts of pictures could not be removed'),
  )
  const scan = scanMedia(ports.db, queues)
  const worker = serveQueue(blocking, 'media', 1, { 'media.encode': encodeMedia(ports.db) })
  return async () => {
    await Promise.all([worker.close(), scan.stop()])
    await ports.close()
  }
}

async function drain(signal: string): Promise<void> {
  log.info({ role, signal }, 'workers drain')
  setTimeout(() => {
    log.error({ role }, 'drain took too long')
    process.exit(1)
  }, DRAIN_MS).unref()
  await stop()
  await queues.close()
  blocking.disconnect()
  log.info({ role }, 'workers stopped')
  process.exit(0)
}
