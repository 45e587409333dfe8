import { randomUUID } from 'node:crypto'
import { systemClock } from '../clock.ts'
import { connectDatabase } from '../db/client.ts'
import { operatorEnv } from '../env.ts'
import { EXIT, print, printable } from './answer.ts'
import { carryOutForMerchant } from './merchant-answer.ts'
import { ORDERS_USAGE, readOrdersCommand } from './read-orders-command.ts'

/** `npm run orders`: one wish of a merchant, answered on stdout. See read-orders-command.ts for what can be asked. */
process.exitCode = await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<number> {
  const asked = readOrdersCommand(args)
  if (!asked.ok) {
    process.stderr.write(`${printable(asked.why)}\n\n${ORDERS_USAGE}\n`)
    return EXIT.usage
  }
  if (asked.value.command.name === 'help') {
    process.stdout.write(`${ORDERS_USAGE}\n`)
    return EXIT.fine
  }
  const db = connectDatabase(operatorEnv().DATABASE_URL, 2)
  try {
    const given = await carryOutForMerchant({ db, clock: systemClock, newId: randomUUID }, asked.value)
    process.stdout.write(`${print(given, asked.value.json)}\n`)
    return given.code
  } finally {
    await db.$disconnect()
  }
}
