import fs from 'node:fs'
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
  if (!(await isFree(options.port, 'everywhere'))) await endOrphansOrFail()
  await launcher.start()
} catch (error) {
  await end(1, explain(error))
}

/** The port may be held by what a killed start of ours left behind. */
async function endOrphansOrFail(): Promise<void> {
  await record.endOrphans()
  if (await isFree(options.port, 'everywhere')) return
  throw new StepFailed(
    `Port ${options.port} is in use`,
    `another program listens on it`,
    `Stop that program, or choose another port: npm start -- --port ${options.port + 1}`,
  )
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
    progress.say('\nStopping …')
    const startedAt = Date.now()
    await launcher.stop((service) => {
      waitingFor = service
    })
    record.release()
    fs.rmSync(path.join(state.path, 'run.json'), { force: true })
    progress.say(`Stopped (${((Date.now() - startedAt) / 1000).toFixed(1)} s). Nothing is lost: the next start goes on from here.`)
    process.exit(code)
  })()
  return ending
}
