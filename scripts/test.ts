import fs from 'node:fs'
import path from 'node:path'
import { prepareJourneys } from './stack/journeys.ts'
import { onEndSignals } from './stack/on-end-signals.ts'
import { explain, Progress, StepFailed } from './stack/progress.ts'
import { runQuickSuites, vitestSuite } from './stack/quick-suites.ts'
import { commandEvents, endCommands } from './stack/run-command.ts'
import { AlreadyRunning, RunRecord } from './stack/run-record.ts'
import { openStateFolder } from './stack/state-folder.ts'
import { runCheck, runSuite } from './stack/suites.ts'
import { sweepTestStacks } from './stack/sweep-test-stacks.ts'
import { addTallies, PASSED, summaryOf, type Tally } from './stack/tally.ts'
import { prepareTestBuild } from './stack/test-store.ts'

/** `npm test`: everything. Runs beside an open store without touching it. The last line is the sum of all suites. */
const project = path.dirname(import.meta.dirname)
const SUITE_TIMEOUT_MS = 1_500_000
const state = openStateFolder(project)
const progress = new Progress()
await sweepTestStacks(state.tests)
const record = takeRecord()
commandEvents.started = (name, identity) => record.keep({ ...identity, name, stopSignal: 'SIGKILL', stopPatienceMs: 0 })
commandEvents.ended = (name) => record.forget(name)
const journeys = prepareJourneys(project, state, progress)
let interrupted: Promise<void> | null = null

// A second one changes nothing: what the first began would be left half done.
onEndSignals((code) => {
  interrupted ??= interrupt(code)
})

const tallies: Tally[] = await runQuickSuites(project, state.reports, progress)
tallies.push(await runSuite(vitestSuite('integration tests', 'integration', state.reports, SUITE_TIMEOUT_MS), progress))
tallies.push(await runSuite(vitestSuite('the same on a cluster', 'cluster', state.reports, SUITE_TIMEOUT_MS), progress))
const built = await runCheck('production build', async (say) => say((await prepareTestBuild(state, say)) ? 'made' : 'unchanged'), progress)
tallies.push(built)
if (built === PASSED) {
  tallies.push(await runSuite(vitestSuite('drills', 'drills', state.reports, SUITE_TIMEOUT_MS), progress))
  tallies.push(await journeys.run())
}
const total = addTallies(tallies)
await interrupted
record.release()
await sweepTestStacks(state.tests)
progress.say(summaryOf(total))
process.exit(total.failed > 0 ? 1 : 0)

/** Two at once would build into the same folder. */
function takeRecord(): RunRecord {
  const folder = path.join(state.tests, 'run-of-tests')
  fs.mkdirSync(folder, { recursive: true })
  try {
    return RunRecord.take(folder, '')
  } catch (error) {
    if (!(error instanceof AlreadyRunning)) throw error
    console.error(explain(new StepFailed('The tests are running already', `process ${error.pid} runs them`, 'Wait for it, or stop it.')))
    process.exit(1)
  }
}

/** Ends what is running, removes what was started for it. */
async function interrupt(code: number): Promise<void> {
  progress.cutShort()
  endCommands()
  await journeys.stop()
  record.release()
  await sweepTestStacks(state.tests)
  process.exit(code)
}
