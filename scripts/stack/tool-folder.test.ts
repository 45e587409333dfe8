import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeToolFolder } from './tool-folder.ts'

let tools = ''
beforeEach(() => {
  tools = fs.mkdtempSync(path.join(os.tmpdir(), 'saleday-tools-'))
})
afterEach(() => fs.rmSync(tools, { recursive: true, force: true }))

const inside = () => fs.readdirSync(tools).filter((name) => name !== '.locks')

test('a tool that several want at once is made once', async () => {
  let made = 0
  const make = async (draft: string) => {
    made += 1
    await new Promise(setImmediate)
    fs.writeFileSync(path.join(draft, 'tool'), '')
  }
  const folders = await Promise.all(Array.from({ length: 3 }, () => makeToolFolder(tools, 'tool', make)))
  for (const folder of folders) expect(fs.readdirSync(folder)).toEqual(['tool'])
  expect(made).toBe(1)
})

test('who waited for a tool makes it where that failed', async () => {
  const failing = makeToolFolder(tools, 'tool', async () => {
    await new Promise(setImmediate)
    throw new Error('no network')
  })
  const waiting = makeToolFolder(tools, 'tool', async () => {})
  await expect(failing).rejects.toThrow('no network')
  expect(fs.existsSync(await waiting)).toBe(true)
})

test("two tools that are made at once do not take each other's drafts away", async () => {
  const makeWith = (name: string) => async (draft: string) => {
    await new Promise(setImmediate)
    fs.writeFileSync(path.join(draft, 'tool'), name)
  }
  const folders = await Promise.all(['one', 'other'].map((name) => makeToolFolder(tools, name, makeWith(name))))
  expect(folders.map((folder) => fs.readFileSync(path.join(folder, 'tool'), 'utf8'))).toEqual(['one', 'other'])
})

test('what is there already is not made again', async () => {
  await makeToolFolder(tools, 'tool', async () => {})
  await makeToolFolder(tools, 'tool', async () => expect.unreachable())
})

test('a folder whose making failed is not there, and the next one begins anew', async () => {
  const failing = makeToolFolder(tools, 'tool', async (draft) => {
    fs.writeFileSync(path.join(draft, 'half'), '')
    throw new Error('no disk')
  })
  await expect(failing).rejects.toThrow('no disk')
  expect(inside()).toEqual([])
  const folder = await makeToolFolder(tools, 'tool', async () => {})
  expect(fs.readdirSync(folder)).toEqual([])
})

test('drafts of processes that died are removed', async () => {
  const NOBODY = 2 ** 22 + 1 // beyond the highest pid
  fs.mkdirSync(path.join(tools, `left.${NOBODY}.part`))
  fs.mkdirSync(path.join(tools, `tool.${process.pid}.part`, 'of-an-earlier-process'), { recursive: true })
  const folder = await makeToolFolder(tools, 'tool', async () => {})
  expect(inside()).toEqual(['tool'])
  expect(fs.readdirSync(folder)).toEqual([])
})
