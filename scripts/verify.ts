import path from 'node:path'
import { onEndSignals } from './stack/on-end-signals.ts'
import { Progress } from './stack/progress.ts'
import { runQuickSuites } from './stack/quick-suites.ts'
import { endCommands } from './stack/run-command.ts'
import { openStateFolder } from './stack/state-folder.ts'
import { addTallies, summaryOf } from './stack/tally.ts'

/** `npm run verify`: what is quick, one after the other. The last line is the sum of all. */
const project = path.dirname(import.meta.dirname)
const progress = new Progress()
onEndSignals((code) => {
  progress.cutShort()
  endCommands()
  process.exit(code)
})
const total = addTallies(await runQuickSuites(project, openStateFolder(project).reports, progress))
progress.say(summaryOf(total))
process.exit(total.failed > 0 ? 1 : 0)
