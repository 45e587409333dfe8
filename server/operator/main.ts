import { randomUUID } from 'node:crypto'
import { systemClock } from '../clock.ts'
import { connectDatabase } from '../db/client.ts'
import { operatorEnv } from '../env.ts'
import { RedisStockCounters } from '../inventory/redis-stock-counters.ts'
import { postgresOrderBook } from '../orders/postgres-order-book.ts'
import { Core } from '../redis/core.ts'
import { EXIT, print, printable } from './answer.ts'
import { carryOut } from './carry-out.ts'
import { readCommand, USAGE } from './read-command.ts'

/** `npm run stock`: one question of an operator, answered on stdout. See read-command.ts for what can be asked. */
process.exitCode = await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<number> {
  const asked = readCommand(args)
  if (!asked.ok) {
    process.stderr.write(`${printable(asked.why)}\n\n${USAGE}\n`)
    return EXIT.usage
  }
  if (asked.value.command.name === 'help') {
    process.stdout.write(`${USAGE}\n`)
    return EXIT.fine
  }
  const { DATABASE_URL, CORE_REDIS_URL } = operatorEnv()
  const db = connectDatabase(DATABASE_URL, 4)
  const core = new Core(CORE_REDIS_URL, 'operator')
  try {
    const ports = { counters: new RedisStockCounters(core), book: postgresOrderBook(db), clock: systemClock, newId: randomUUID, db, core }
    const given = await carryOut(ports, asked.value)
    process.stdout.write(`${print(given, asked.value.json)}\n`)
    return given.code
  } finally {
    await core.close()
    await db.$disconnect()
  }
}
