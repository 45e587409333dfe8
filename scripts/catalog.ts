import path from 'node:path'
import { runOperator } from './stack/run-operator.ts'

/** `npm run catalog`: what is sold, and at which price. See server/operator/read-catalog-command.ts for what can be asked. */
const command = { program: 'server/operator/catalog-main.ts', log: 'catalog.log', needed: ['DATABASE_URL'] } as const
process.exitCode = await runOperator(path.dirname(import.meta.dirname), command, process.argv.slice(2))
