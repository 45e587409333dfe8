// The first thing that runs, on whatever Node from 20 on the machine has and without node_modules: installs the locked dependencies, then
// runs a script of ours on the Node that they bring. usage: node scripts/launch.mjs scripts/<script>.ts [arguments]
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { choosePort, findPortProblem } from './stack/chosen-port.mjs'
import { installDependencies, isInstalled, linkPostgresLibraries } from './stack/install.mjs'
import { readLock } from './stack/run-lock.mjs'

const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const NEEDED_NODE = 24
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']

const [script = '', ...args] = process.argv.slice(2)
const isStart = path.basename(script) === 'start.ts'
process.chdir(ROOT)
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {}) // a closed terminal must not cut a stop short

if (!isInstalled(ROOT)) {
  const { owner } = readLock(path.join(ROOT, '.saleday', 'run'))
  if (owner)
    fail(
      `The dependencies have changed, and a store runs on the old ones (process ${owner.pid}).`,
      `Stop it with Ctrl-C (kill ${owner.pid}), then try again.`,
    )
  if (isStart) await checkPort()
  await installDependencies(ROOT, fail)
}
linkPostgresLibraries(ROOT)
process.exitCode = await run(pinnedNode())

/** Before half a minute of installing; the script itself looks again, and at the rest. */
async function checkPort() {
  const { text, port } = choosePort(args, process.env)
  if (port === null) fail(`${JSON.stringify(text)} is no port.`, 'Choose one from 1 to 65535: npm start -- --port 3000')
  const problem = await findPortProblem(port)
  if (problem) fail(`${problem.what}: ${problem.why}.`, problem.todo)
}

/** The Node that the dependencies brought, or this one where there is none for the platform and it is new enough. */
function pinnedNode() {
  const pinned = path.join(ROOT, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node')
  if (fs.existsSync(pinned)) return pinned
  if (Number(process.versions.node.split('.')[0]) >= NEEDED_NODE) return process.execPath
  return fail(
    `npm has no Node ${NEEDED_NODE} for ${process.platform} ${process.arch}, and this is Node ${process.versions.node}.`,
    `Install Node ${NEEDED_NODE} or later from https://nodejs.org and start again.`,
  )
}

/** Runs the script to its end and passes signals on; a second Ctrl-C does not leave it behind. Resolves to its exit code. */
function run(node) {
  const env = { ...process.env, PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH ?? ''}` }
  const child = spawn(node, [script, ...args], { stdio: 'inherit', env })
  for (const signal of SIGNALS) process.on(signal, () => child.kill(signal))
  return new Promise((resolve) => {
    child.once('error', (error) => fail(`${node} could not be started: ${error.message}`, 'Remove node_modules and start again.'))
    child.once('exit', (code, signal) => resolve(code ?? 128 + (os.constants.signals[signal] ?? 0)))
  })
}

function fail(what, todo) {
  console.error(`\n✗ ${what}\n\n${todo}\n`)
  process.exit(1)
}
