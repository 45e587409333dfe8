import { type ChildProcess, spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { isInstalled } from './install.mjs'
import { identify } from './process-identity.mjs'

const WAIT = { timeout: 10_000, interval: 10 }
const LAUNCHER = `
  import { installDependencies } from ${JSON.stringify(path.join(import.meta.dirname, 'install.mjs'))}
  await installDependencies(process.argv[1], (what, todo) => {
    console.error(what, todo)
    process.exit(1)
  })
  console.log('went on')
`

let base = ''
let root = ''
let calls = ''
const children: ChildProcess[] = []

beforeEach(() => {
  base = fs.mkdtempSync(path.join(os.tmpdir(), 'saleday-install-test-'))
  root = path.join(base, 'project')
  calls = path.join(base, 'calls')
  fs.mkdirSync(path.join(root, 'node_modules'), { recursive: true })
  fs.writeFileSync(path.join(root, 'package-lock.json'), '{}')
})
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  for (const pid of npmPids()) if (identify(pid)) process.kill(pid, 'SIGKILL')
  fs.rmSync(base, { recursive: true, force: true })
})

test('what was installed to the end is not installed again, until the lock is another one', async () => {
  npmIs('exit 0')
  expect(isInstalled(root)).toBe(false)
  expect(await install().ended).toBe(0)
  expect(isInstalled(root)).toBe(true)
  expect(await install().ended).toBe(0)
  expect(npmPids()).toHaveLength(1)
  fs.writeFileSync(path.join(root, 'package-lock.json'), '{ }')
  expect(isInstalled(root)).toBe(false)
})

test('of two that want to install at once, one does and the other waits for it', async () => {
  npmIs(`until [ -e ${base}/go ]; do sleep 0.05; done`)
  const both = [install(), install()]
  const waiting = () => both.filter(({ said }) => said().includes('Waiting for another start'))
  await vi.waitFor(() => expect([npmPids().length, waiting().length]).toEqual([1, 1]), WAIT)
  fs.writeFileSync(path.join(base, 'go'), '')
  expect(await Promise.all(both.map(({ ended }) => ended))).toEqual([0, 0])
  expect(fs.readdirSync(root)).toEqual(['node_modules', 'package-lock.json'])
  expect(npmPids()).toHaveLength(1)
})

test("a turn that somebody was killed in is anybody's", async () => {
  npmIs('exit 0')
  fs.writeFileSync(path.join(root, '.saleday-installing'), '99999999')
  const one = install()
  expect(await one.ended).toBe(0)
  expect(one.said()).not.toContain('Waiting')
})

test('a turn in which somebody was killed before it was written down does not last', async () => {
  npmIs('exit 0')
  fs.writeFileSync(path.join(root, '.saleday-installing'), '')
  expect(await install().ended).toBe(0)
  expect(npmPids()).toHaveLength(1)
})

test('a failure shows the last that npm said and what to do, and counts as not installed', async () => {
  npmIs('echo "npm error ENOSPC: no space left" >&2; exit 1')
  const one = install()
  expect(await one.ended).toBe(1)
  expect(one.said()).toContain('ENOSPC: no space left')
  expect(one.said()).toContain('start again')
  expect(isInstalled(root)).toBe(false)
})

test('an interrupt ends npm, however often it comes: the terminal and npm both pass it on', async () => {
  npmIs('exec sleep 60')
  const one = install()
  await vi.waitFor(() => expect(npmPids()).toHaveLength(1), WAIT)
  const pressing = setInterval(() => one.child.kill('SIGINT'), 1)
  // Or by a signal that came when nothing was left to be done.
  expect([130, null]).toContain(await one.ended.finally(() => clearInterval(pressing)))
  expect(one.said()).toContain('Interrupted. The next start installs anew.')
  expect(npmPids().filter(identify)).toEqual([])
  expect(isInstalled(root)).toBe(false)
})

test('npm that outlived a kill -9 of its starter is waited for', async () => {
  npmIs(`until [ -e ${base}/go ]; do sleep 0.05; done`)
  const killed = install()
  await vi.waitFor(() => expect(npmPids()).toHaveLength(1), WAIT)
  killed.child.kill('SIGKILL')
  await killed.ended
  const next = install()
  fs.writeFileSync(path.join(base, 'go'), '')
  expect(await next.ended).toBe(0)
  expect(npmPids()).toHaveLength(2) // nobody saw whether the first had succeeded
  expect(isInstalled(root)).toBe(true)
})

function npmIs(script: string): void {
  fs.writeFileSync(path.join(base, 'npm'), `#!/bin/sh\necho $$ >> ${calls}\n${script}\n`, { mode: 0o755 })
}

function npmPids(): number[] {
  return fs.existsSync(calls) ? fs.readFileSync(calls, 'utf8').trim().split('\n').map(Number) : []
}

function install() {
  const env = { ...process.env, PATH: `${base}${path.delimiter}${process.env.PATH}`, npm_execpath: '' }
  const child = spawn(process.execPath, ['--input-type=module', '-e', LAUNCHER, root], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  children.push(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk
    })
  }
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  return { child, ended, said: () => output }
}
