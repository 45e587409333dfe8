import path from 'node:path'
import { runOperator } from './stack/run-operator.ts'

/** `npm run orders`: what a merchant does with orders that are paid. See server/operator/read-orders-command.ts for what can be asked. */
const command = { program: 'server/operator/orders-main.ts', log: 'orders.log' }
process.exitCode = await runOperator(path.dirname(import.meta.dirname), command, process.argv.slice(2))
