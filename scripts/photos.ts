import path from 'node:path'
import { runOperator } from './stack/run-operator.ts'

/** `npm run photos`: a merchant's photographs. See server/operator/read-photos-command.ts for what can be asked. */
const command = { program: 'server/operator/photos-main.ts', log: 'photos.log' }
process.exitCode = await runOperator(path.dirname(import.meta.dirname), command, process.argv.slice(2))
