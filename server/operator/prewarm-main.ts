import { systemClock } from '../clock.ts'
import { connectDatabase } from '../db/client.ts'
import { prewarmEnv } from '../env.ts'
import { answerPrewarm } from './prewarm-answer.ts'
import { ProgressBar } from './progress-bar.ts'
import { PREWARM_USAGE, readPrewarmCommand } from './read-prewarm-command.ts'
import { runCommand } from './run-command.ts'

/** `npm run prewarm`: walks the shop, answered on stdout. See read-prewarm-command.ts for what can be asked. */
const stopping = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopping.abort())

process.exitCode = await runCommand(readPrewarmCommand(process.argv.slice(2)), PREWARM_USAGE, async (asked) => {
  const shop = prewarmEnv()
  const db = shop.DATABASE_URL ? connectDatabase(shop.DATABASE_URL, 1) : null
  try {
    return await answerPrewarm({ db, clock: systemClock, shop, signal: stopping.signal, bar: new ProgressBar() }, asked)
  } finally {
    await db?.$disconnect()
  }
})
