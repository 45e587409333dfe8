import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readKept } from './kept-file.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'kept-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test('a file that is kept is read as it is; an empty one, one that is not there, and a link to somewhere else are none', async () => {
  const [whole, empty, link] = ['352.avif', '672.avif', 'link.avif'].map((name) => path.join(folder, name)) as [string, string, string]
  await writeFile(whole, 'a picture')
  await writeFile(empty, '')
  await symlink(whole, link)
  expect(await readKept(whole)).toEqual(Buffer.from('a picture'))
  for (const none of [empty, link, path.join(folder, 'nothing.avif')]) expect(await readKept(none)).toBeNull()
})
