import path from 'node:path'
import { isFree } from './stack/ports.ts'
import { explain, Progress, StepFailed } from './stack/progress.ts'
import { AlreadyRunning, RunRecord } from './stack/run-record.ts'
import { readStartOptions, type StartOptions } from './stack/start-options.ts'
import { openStateFolder, type StateFolder } from './stack/state-folder.ts'
import { StoreLauncher } from './stack/store-launcher.ts'

/** `npm start`: everything a store needs, on one machine, until a signal. */
const project = path.dirname(import.meta.dirname)
const progress = new Progress()

let options: StartOptions
let state: StateFolder
let record: RunRecord
try {
  options = readStartOptions(process.argv.slice(2), process.env)
  state = openStateFolder(project)
  record = takeRecord()
} catch (error) {
  console.error(explain(error))
  process.exit(1)
}

const launcher = new StoreLauncher({ project, state, record, progress, ...options, onGaveUp: (failure) => void end(1, explain(failure)) })
let ending: Promise<void> | null = null
let waitingFor = ''

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  let last = 0
  process.on(signal, () => {
    // A terminal sends its Ctrl-C to every process of the group, and those that wait for us pass it on.
    const again = Date.now() - last > 500
    last = Date.now()
    if (!ending) void end(0, '')
    else if (again && waitingFor) progress.say(`Still stopping: waiting for ${waitingFor} …`)
  })
}

try {
  const orphans = await record.endOrphans()
  if (orphans.length > 0) progress.say(`✓ Ended what an earlier start had left behind: ${orphans.join(', ')}`)
  if (!(await isFree(options.port, 'everywhere'))) {
    const todo = `Stop that program, or choose another port: npm start -- --port ${options.port + 1}`
    throw new StepFailed(`Port ${options.port} is in use`, 'another program listens on it', todo)
  }
  await launcher.start()
} catch (error) {
  await end(1, explain(error))
}

function takeRecord(): RunRecord {
  try {
    return RunRecord.take(state.path, `http://localhost:${options.port}`)
  } catch (error) {
    if (!(error instanceof AlreadyRunning)) throw error
    throw new StepFailed(
      'This store is running already',
      `process ${error.pid} runs it at ${error.url}`,
      `Open ${error.url}, or stop it with Ctrl-C (kill ${error.pid}) first.`,
    )
  }
}

/** Stops what was started, in order, and ends this process. */
function end(code: number, message: string): Promise<void> {
  ending ??= (async () => {
    if (message) console.error(`\n${message}\n`)
    if (launcher.hasStarted) progress.say('\nStopping …')
    const startedAt = Date.now()
    await launcher.stop((service) => {
      waitingFor = service
    })
    record.release()
    if (launcher.hasStarted)
      progress.say(`Stopped (${((Date.now() - startedAt) / 1000).toFixed(1)} s). Nothing is lost: the next start goes on from here.`)
    process.exit(code)
  })()
  return ending
}
