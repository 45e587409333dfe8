import { startBenchStore } from './bench-store.ts'
import { Child } from './child.ts'
import type { Measurement } from './measurement.ts'
import type { handlers } from './shopper-client.ts'
import { compare } from './spread.ts'

const CLIENTS = 32
const CROWD = { few: 16, many: 1000 } as const

/** A press on "Place order" until it is acknowledged, against a press on a button that does nothing. */
export const acknowledging: Measurement = {
  name: 'acknowledging',
  title: 'Orders acknowledged by the server action, a second',
  async run({ rounds, seconds, project, profiles, say }) {
    const store = await startBenchStore(project, say)
    const shoppers = new Child<typeof handlers>('shopper-client.ts', store.env, profiles)
    try {
      // What is acknowledged waits in core: what follows is measured elsewhere, and the machine has few cores.
      await store.workers.kill('SIGTERM')
      say(`${CLIENTS} connections, against an empty action`)
      const rate = (form: typeof store.checkout, clients: number) => async (lasting: number) =>
        (await shoppers.ask('pressFor', { form, clients, seconds: lasting })).perSecond
      const action = await compare({ rounds, seconds }, rate(store.empty, CLIENTS), rate(store.checkout, CLIENTS))
      say(`${CROWD.many} connections against ${CROWD.few}`)
      const crowd = await compare({ rounds, seconds }, rate(store.checkout, CROWD.few), rate(store.checkout, CROWD.many))
      const shared = 'one web process, core and cache, and the shoppers in a process of their own; workers stand still meanwhile'
      const unit = 'a second'
      return [
        {
          ...{ what: `${CLIENTS} connections, against an empty action`, ...action, aim: { atLeast: 0.7 }, unit },
          notes: ['floor: the same form sent to an action that only redirects', `ours: another shopper and checkout each time; ${shared}`],
        },
        {
          ...{ what: `${CROWD.many} connections against ${CROWD.few}`, ...crowd, aim: { atLeast: 0.9 }, unit },
          notes: [`both ours; ${shared}`],
        },
      ]
    } finally {
      await shoppers.stop()
      await store.stop()
    }
  },
}
