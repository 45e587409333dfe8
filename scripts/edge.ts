import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { findPortProblem } from './stack/chosen-port.mjs'
import { edgeService, followerService } from './stack/edge.ts'
import { findEdgePlace } from './stack/edge-options.ts'
import { findNginx } from './stack/nginx-binary.ts'
import { onEndSignals } from './stack/on-end-signals.ts'
import { freePort } from './stack/ports.ts'
import { generatePrismaClient } from './stack/prisma-client.ts'
import { explain, Progress, StepFailed } from './stack/progress.ts'
import { endCommands } from './stack/run-command.ts'
import { AlreadyRunning, type RunRecord } from './stack/run-record.ts'
import { openStateFolder } from './stack/state-folder.ts'
import { Supervisor } from './stack/supervisor.ts'
import { takeOver } from './stack/take-over.ts'

/** `npm run edge`: nginx in front of the store that runs on this machine, or of the web processes that the environment names, until a signal. */
const project = path.dirname(import.meta.dirname)
const progress = new Progress()
process.stderr.on('error', () => {})

let record: RunRecord | null = null
let supervisor: Supervisor | null = null
let ending: Promise<void> | null = null
onEndSignals(() => void end(0, ''))

try {
  await start()
} catch (error) {
  await end(1, explain(error instanceof AlreadyRunning ? alreadyRunning(error) : error))
}

async function start(): Promise<void> {
  const state = openStateFolder(project)
  const place = findEdgePlace(state, process.env)
  const url = `http://localhost:${place.port}`
  record = await takeOver(state.edge, url, (pid) =>
    progress.say(`… Stopping the edge that an earlier start had left running (process ${pid})`),
  )
  await record.endOrphans()
  supervisor = new Supervisor(record, {
    restarting: (service, why) => progress.say(`! ${service} ${why}; starting it again`),
    restarted: (service) => progress.say(`✓ ${service} is back`),
    gaveUp: (failure) => void end(1, explain(failure)),
  })
  const problem = await findPortProblem(place.port)
  if (problem) throw new StepFailed(problem.what, problem.why, 'Choose another port: EDGE_PORT=8081 npm run edge')
  const binary = await progress.step('nginx', async (say) => {
    const found = await findNginx(state.tools)
    say(`${found.version}, ${found.command}`)
    return found
  })
  const own = { project, binary, folder: state.edge, controlPort: await freePort(), token: randomBytes(16).toString('hex') }
  const nginx = await edgeService({ ...place, ...own, logFile: path.join(state.edge, 'nginx.log') })
  await supervisor.start(nginx)
  if (place.databaseUrl) {
    await generatePrismaClient(project, state.logs)
    await supervisor.start(followerService({ ...own, databaseUrl: place.databaseUrl, logFile: path.join(state.edge, 'follower.log') }))
  }
  progress.say(`\nThe edge is open at ${url}, in front of ${place.pool.join(', ')}\n`)
  if (!place.databaseUrl) progress.say('! Without DATABASE_URL it hears of no edit: what it shows may be five minutes old.')
  progress.say(`  Logs   ${state.edge}`)
  progress.say('  Ctrl-C stops it. The store goes on.')
}

function alreadyRunning({ pid, url }: AlreadyRunning): StepFailed {
  return new StepFailed(
    'An edge is running already',
    `process ${pid} runs it at ${url}`,
    `Open ${url}, or stop it with Ctrl-C (kill ${pid}) first.`,
  )
}

/** Stops what was started, in order, and ends this process. Of several reasons to end, the first counts. */
function end(code: number, message: string): Promise<void> {
  ending ??= (async () => {
    progress.cutShort()
    if (message) console.error(`\n${message}\n`)
    endCommands()
    await supervisor?.stop()
    record?.release()
    if (supervisor) progress.say('Stopped. What was kept is there for the next start.')
    process.exit(code)
  })()
  return ending
}
