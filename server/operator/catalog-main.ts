import { systemClock } from '../clock.ts'
import { connectDatabase } from '../db/client.ts'
import { catalogEnv } from '../env.ts'
import { carryOutCatalog } from './catalog-answer.ts'
import { CATALOG_USAGE, readCatalogCommand } from './read-catalog-command.ts'
import { runCommand } from './run-command.ts'

/** `npm run catalog`: one wish about what is sold, answered on stdout. See read-catalog-command.ts for what can be asked. */
process.exitCode = await runCommand(readCatalogCommand(process.argv.slice(2)), CATALOG_USAGE, async (asked) => {
  const db = connectDatabase(catalogEnv().DATABASE_URL, 2)
  try {
    return await carryOutCatalog({ db, clock: systemClock }, asked)
  } finally {
    await db.$disconnect()
  }
})
