import path from 'node:path'
import { runOperator } from './stack/run-operator.ts'

/** `npm run stock`: questions of whoever is on call. See server/operator/read-command.ts for what can be asked. */
const command = { program: 'server/operator/main.ts', log: 'stock.log' }
process.exitCode = await runOperator(path.dirname(import.meta.dirname), command, process.argv.slice(2))
