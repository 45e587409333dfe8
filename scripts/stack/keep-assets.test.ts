import { spawn } from 'node:child_process'
import fs from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { keepAssets } from './keep-assets.ts'
import { takeLock } from './run-lock.mjs'

const DAY_MS = 24 * 3600 * 1000
/** In memory, on Linux: a file system that no file of a disk can be linked into. */
const ELSEWHERE = '/dev/shm'

let folder: string
let assets: string
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(tmpdir(), 'assets-'))
  assets = path.join(folder, 'assets')
})
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }))

/** A build folder with a file of its own, one that every release has, and what else is named. */
function build(id: string, files: Readonly<Record<string, string>> = {}): string {
  const at = path.join(folder, `build-${id}`)
  for (const [name, text] of Object.entries({
    [`${id}/manifest.js`]: id,
    [`chunks/${id}.js`]: id,
    'chunks/shared.js': 'shared',
    ...files,
  })) {
    fs.mkdirSync(path.dirname(path.join(at, 'static', name)), { recursive: true })
    fs.writeFileSync(path.join(at, 'static', name), text)
  }
  fs.writeFileSync(path.join(at, 'BUILD_ID'), id)
  return at
}

const kept = (name: string, at = assets) => path.join(at, '_next/static', name)
const has = (id: string) => fs.existsSync(kept(`chunks/${id}.js`))

/** As if the release had been kept last so many days ago. */
function age(id: string, days: number): void {
  const at = new Date(Date.now() - days * DAY_MS)
  fs.utimesSync(path.join(assets, 'releases', id), at, at)
}

/** Keeps releases one after the other, each as if that had been so many days ago. */
async function keepAged(days: Readonly<Record<string, number>>): Promise<void> {
  for (const [id, ago] of Object.entries(days)) {
    await keepAssets(build(id), assets)
    age(id, ago)
  }
}

test('what a release before had stays when its build is gone, and costs no second copy', async () => {
  const first = build('first')
  await keepAssets(first, assets)
  expect(fs.statSync(kept('chunks/first.js')).ino).toBe(fs.statSync(path.join(first, 'static/chunks/first.js')).ino)
  fs.rmSync(first, { recursive: true })
  await keepAssets(build('second'), assets)
  expect(['first', 'second'].map(has)).toEqual([true, true])
  expect(fs.readFileSync(kept('chunks/first.js'), 'utf8')).toBe('first')
})

test('the last three releases stay however old they are', async () => {
  await keepAged({ a: 400, b: 300, c: 200 })
  expect(await keepAssets(build('d'), assets)).toEqual(['a'])
  expect(['a', 'b', 'c', 'd'].map(has)).toEqual([false, true, true, true])
  expect(fs.existsSync(kept('a'))).toBe(false)
  expect(fs.readFileSync(kept('chunks/shared.js'), 'utf8')).toBe('shared')
})

test('a release stays for thirty days after it was replaced, whenever it was built', async () => {
  await keepAged({ a: 100, b: 29, c: 2, d: 1 })
  expect(await keepAssets(build('e'), assets)).toEqual([])
  age('b', 31)
  expect(await keepAssets(build('f'), assets)).toEqual(['a'])
})

test('a release that is started again, because the one after it was no good, counts as new', async () => {
  await keepAged({ a: 90, b: 80, c: 70 })
  await keepAssets(build('a'), assets)
  expect(await keepAssets(build('d'), assets)).toEqual(['b'])
})

test('fifty releases at most stay, for who builds all day', async () => {
  for (let i = 0; i < 52; i++) {
    await keepAssets(build(`n${i}`), assets)
    age(`n${i}`, 1 - i / 100)
  }
  expect(fs.readdirSync(path.join(assets, 'releases'))).toHaveLength(50)
  expect(['n0', 'n1', 'n2', 'n51'].map(has)).toEqual([false, false, true, true])
})

test('what a crash has left is mended by the next: halves go, what is missing comes', async () => {
  const first = build('first')
  await keepAssets(first, assets)
  fs.rmSync(kept('chunks/first.js'))
  fs.writeFileSync(kept('chunks/.first.js.part'), 'fi')
  await keepAssets(first, assets)
  expect(fs.readdirSync(kept('chunks')).sort()).toEqual(['first.js', 'shared.js'])
})

test('nothing is done while another process is at it', async () => {
  fs.mkdirSync(assets)
  const { release: letGo } = takeLock(assets)
  const waiting = keepAssets(build('second'), assets)
  await setImmediate()
  expect(has('second')).toBe(false)
  letGo?.()
  await waiting
  expect(has('second')).toBe(true)
})

test('several processes at once keep everything that each of them has, while old releases go', async () => {
  for (const id of ['old1', 'old2', 'old3', 'old4']) {
    await keepAssets(build(id, { 'chunks/old-and-new.js': 'both' }), assets)
    age(id, 90)
  }
  const builds = ['p', 'q', 'r', 's'].map((id) => build(id, { 'chunks/old-and-new.js': 'both' }))
  expect(await Promise.all(builds.map(keepInProcess))).toEqual([0, 0, 0, 0])
  for (const id of ['p', 'q', 'r', 's', 'shared', 'old-and-new']) expect(has(id)).toBe(true)
  expect(fs.readdirSync(path.join(assets, 'releases')).sort()).toEqual(expect.arrayContaining(['p', 'q', 'r', 's']))
})

test.skipIf(!fs.existsSync(ELSEWHERE))('in a folder that links to another file system it copies', async () => {
  const elsewhere = fs.mkdtempSync(path.join(ELSEWHERE, 'assets-'))
  try {
    const first = build('first')
    expect(fs.statSync(elsewhere).dev).not.toBe(fs.statSync(first).dev)
    fs.symlinkSync(elsewhere, assets)
    await keepAssets(first, assets)
    await keepAssets(build('second'), assets)
    expect(fs.readFileSync(kept('chunks/first.js', elsewhere), 'utf8')).toBe('first')
    expect(fs.readdirSync(kept('chunks', elsewhere)).sort()).toEqual(['first.js', 'second.js', 'shared.js'])
  } finally {
    fs.rmSync(elsewhere, { recursive: true })
  }
})

/** Its exit code. */
function keepInProcess(from: string): Promise<number | null> {
  const script = `const { keepAssets } = await import(${JSON.stringify(path.join(import.meta.dirname, 'keep-assets.ts'))}); await keepAssets(${JSON.stringify(from)}, ${JSON.stringify(assets)})`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' })
  return new Promise((resolve) => child.once('exit', resolve))
}
