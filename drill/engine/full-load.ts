import { ALL_SHARDS } from '#/domain/sharding.ts'
import type { Sku } from '#/domain/sku.ts'
import { restock } from '#/server/catalog/edit-catalog.ts'
import { placeInLegs } from '#/server/inventory/place-in-legs.ts'
import { advanceOrder } from '#/server/orders/advance-order.ts'
import { eventually } from './eventually.ts'
import type { TestEngine } from './test-engine.ts'

/** Orders under way at once: more would only wait for each other on a small machine. */
const MOST_UNDER_WAY = 60
const SHOPPERS = 30

export type Load = {
  /** How many orders were placed so far. */
  placed(): number
  /** Resolves once it has ended. */
  stop(): Promise<void>
}

/**
 * Everything that moves stock, all at once, for as long as a test wants: shoppers who place, some of whose cards are declined, declined
 * orders whose time is over, and restocking; carts of one thing and of two, with the code and without. Workers have to run beside it.
 */
export function startFullLoad(engine: TestEngine, units: readonly Sku[], code: string): Load {
  const { db, counters } = engine
  let going = true
  let placed = 0
  let underWay = 0
  const repeat = async (step: (turn: number) => Promise<unknown>) => {
    for (let turn = 0; going; turn += 1) await step(turn)
  }
  engine.clock.pass(3600_000) // for whoever asks this engine, the time of every declined order is over
  const loops = [
    repeat(async () => {
      underWay = (await db.order.count({ where: { nextCheckAt: { not: null }, state: { not: 'DECLINED' } } })) + (await waiting())
    }),
    repeat(async () => {
      const declined = await db.order.findMany({ where: { state: 'DECLINED' }, select: { id: true }, take: 5 })
      for (const { id } of declined) await advanceOrder(engine, id)
      for (const unit of units) await restock(db, unit, 1, Date.now())
    }),
    ...Array.from({ length: SHOPPERS }, (_, n) =>
      repeat(async (turn) => {
        await eventually('there is room for another order', async () => !going || underWay < MOST_UNDER_WAY)
        const [unit, other] = [units[(turn + n) % units.length] as Sku, units[(turn + n + 1) % units.length] as Sku]
        const wanted =
          turn % 3
            ? ([[unit, 1 + (turn % 2)]] as const)
            : ([
                [unit, 1],
                [other, 2],
              ] as const)
        const paymentMethod = (turn + n) % 4 ? 'pm_card_visa' : 'pm_card_chargeDeclined'
        const answer = await placeInLegs(counters, await engine.placing(wanted, { paymentMethod, code: turn % 2 ? code : null }))
        if (answer.code === 'PLACED') placed += 1
      }),
    ),
  ]
  return {
    placed: () => placed,
    async stop() {
      going = false
      await Promise.all(loops)
    },
  }

  async function waiting(): Promise<number> {
    const streams = await Promise.all(ALL_SHARDS.map((shard) => counters.waitingIntake(shard)))
    return streams.reduce((sum, stream) => sum + (stream.ok ? stream.value.length : 0), 0)
  }
}
