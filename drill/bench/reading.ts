import { catalogue } from '#/prisma/catalogue/catalogue.ts'
import { startTestStack } from '#/scripts/stack/test-stack.ts'
import { Child } from './child.ts'
import type { handlers } from './data-client.ts'
import type { Finding, Measurement } from './measurement.ts'
import { compare } from './spread.ts'

const READERS = 32
/** One after the other: readings of Prisma's that begin together are one statement, which Redis' answers would take apart. */
const MISSING = 1

/** The data cache beside the least that could hold the same: a map, a GET, a reading of Postgres. */
export const reading: Measurement = {
  name: 'data',
  title: 'What pages read',
  async run(bench) {
    const stack = await startTestStack({ catalogue: 'seed', without: ['gateway', 'mail', 'core'] })
    const client = new Child<typeof handlers>('data-client.ts', stack.env, bench.profiles)
    try {
      const where = {
        databaseUrl: stack.postgres.url,
        cacheUrl: stack.cache.url,
        slugs: catalogue.flatMap(({ products }) => products.map(({ slug }) => slug)),
      }
      const bytes = Math.round(await client.ask('getReady', where))
      await client.ask('fill', READERS)
      const findings: Finding[] = []
      const add = async (what: string, note: string, floor: (seconds: number) => Promise<number>, ours: typeof floor) => {
        bench.say(what)
        const compared = await compare(bench, floor, ours)
        findings.push({ what, ...compared, aim: null, unit: 'readings/s', notes: [note] })
      }
      await add(
        'hit in memory, to Map.get',
        `a product of ${bytes} bytes as JSON; one reader, awaited on both sides; ours asks whether it is still true`,
        (seconds) => client.ask('map', seconds),
        (seconds) => client.ask('memory', seconds),
      )
      await add(
        'hit in Redis, to a bare GET',
        `${READERS} readers of one process; ours parses it, and checks its form`,
        (seconds) => client.ask('get', { seconds, readers: READERS }),
        (seconds) => client.ask('redis', { seconds, readers: READERS }),
      )
      await add(
        'miss of both, to the reading alone',
        `one after the other; ours asks Redis first, and puts there what it has read`,
        (seconds) => client.ask('source', { seconds, readers: MISSING }),
        (seconds) => client.ask('miss', { seconds, readers: MISSING }),
      )
      return findings
    } finally {
      await client.stop()
      await stack.stop()
    }
  },
}
