import { randomUUID } from 'node:crypto'
import { systemClock } from '../clock.ts'
import { connectDatabase } from '../db/client.ts'
import { operatorEnv } from '../env.ts'
import { carryOutForMerchant } from './merchant-answer.ts'
import { ORDERS_USAGE, readOrdersCommand } from './read-orders-command.ts'
import { runCommand } from './run-command.ts'

/** `npm run orders`: one wish of a merchant, answered on stdout. See read-orders-command.ts for what can be asked. */
process.exitCode = await runCommand(readOrdersCommand(process.argv.slice(2)), ORDERS_USAGE, async (asked) => {
  const db = connectDatabase(operatorEnv().DATABASE_URL, 2)
  try {
    return await carryOutForMerchant({ db, clock: systemClock, newId: randomUUID }, asked)
  } finally {
    await db.$disconnect()
  }
})
