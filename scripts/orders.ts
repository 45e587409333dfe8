import path from 'node:path'
import { runOperator } from './stack/run-operator.ts'

/** `npm run orders`: what a merchant does with orders that are paid, on the servers of the store. See server/operator/read-orders-command.ts. */
process.exitCode = await runOperator(path.dirname(import.meta.dirname), 'server/operator/orders-main.ts', process.argv.slice(2))
