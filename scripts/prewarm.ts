import path from 'node:path'
import { findShop } from './stack/find-shop.ts'
import { type OperatorProgram, runOperator } from './stack/run-operator.ts'

/** `npm run prewarm`: has every page made and kept before shoppers come. See server/operator/read-prewarm-command.ts for what can be asked. */
const command: OperatorProgram = {
  program: 'server/operator/prewarm-main.ts',
  log: 'prewarm.log',
  find: (args, openState) => findShop(args, process.env, openState),
}
process.exitCode = await runOperator(path.dirname(import.meta.dirname), command, process.argv.slice(2))
