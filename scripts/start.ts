import path from 'node:path'
import { findPortProblem } from './stack/chosen-port.mjs'
import { explain, Progress, StepFailed, seconds } from './stack/progress.ts'
import { AlreadyRunning } from './stack/run-record.ts'
import { readStartOptions } from './stack/start-options.ts'
import { openStateFolder } from './stack/state-folder.ts'
import { StoreLauncher } from './stack/store-launcher.ts'
import { takeOver } from './stack/take-over.ts'

/** A terminal sends its Ctrl-C to every process of the group, and those that wait for us pass it on: so close, they are one. */
const ONE_PRESS_MS = 500

/** `npm start`: everything a store needs, on one machine, until a signal. */
const project = path.dirname(import.meta.dirname)
const progress = new Progress()
process.stderr.on('error', () => {})

const { options, state, record } = await begin()
const launcher = new StoreLauncher({ project, state, record, progress, ...options, onGaveUp: (failure) => void end(1, explain(failure)) })
let ending: Promise<void> | null = null
let waitingFor = ''
let lastPress = 0

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    const isAnother = Date.now() - lastPress > ONE_PRESS_MS
    lastPress = Date.now()
    if (!ending) void end(0, '')
    else if (isAnother && waitingFor) progress.say(`Still stopping: waiting for ${waitingFor} …`)
  })
}

try {
  const orphans = await record.endOrphans()
  if (orphans.length > 0) progress.say(`✓ Ended what an earlier start had left behind: ${orphans.join(', ')}`)
  const problem = await findPortProblem(options.port)
  if (problem) throw new StepFailed(problem.what, problem.why, problem.todo)
  await launcher.start()
} catch (error) {
  await end(1, explain(error))
}

async function begin() {
  try {
    const asked = readStartOptions(process.argv.slice(2), process.env)
    const folder = openStateFolder(project)
    const stopping = (pid: number) => progress.say(`… Stopping the store that an earlier start had left running (process ${pid})`)
    return { options: asked, state: folder, record: await takeOver(folder.path, `http://localhost:${asked.port}`, stopping) }
  } catch (error) {
    console.error(explain(error instanceof AlreadyRunning ? alreadyRunning(error) : error))
    process.exit(1)
  }
}

function alreadyRunning({ pid, url }: AlreadyRunning): StepFailed {
  const todo = `Open ${url}, or stop it with Ctrl-C (kill ${pid}) first.`
  return new StepFailed('This store is running already', `process ${pid} runs it at ${url}`, todo)
}

/** Stops what was started, in order, and ends this process. Of several reasons to end, the first counts. */
function end(code: number, message: string): Promise<void> {
  ending ??= (async () => {
    const startedAt = Date.now()
    progress.cutShort()
    if (message) console.error(`\n${message}\n`)
    if (launcher.hasStarted) progress.say('\nStopping …')
    await launcher.stop((service) => {
      waitingFor = service
    })
    record.release()
    if (launcher.hasStarted) progress.say(`Stopped (${seconds(Date.now() - startedAt)}). Data and pages are kept for the next start.`)
    process.exit(code)
  })()
  return ending
}
