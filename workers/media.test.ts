import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import { photoFile, seedPhotoNames } from '#/server/media/photo-files.ts'
import { imageIdOf } from '#/server/media/recipe.ts'
import { PermanentError } from './define-worker.ts'
import { LaterEachTime } from './later-each-time.ts'
import { encodeMedia } from './media.ts'

let engine: TestEngine

beforeAll(async () => {
  engine = await startTestEngine()
})
afterAll(() => engine.stop())

test('a photograph whose file is missing, or holds another one, is not tried again at once', async () => {
  const [one = '', other = ''] = await seedPhotoNames()
  const imageId = imageIdOf(await readFile(photoFile(one)))
  const encode = encodeMedia(engine.db)
  for (const file of ['was-never-here.jpg', other]) await expect(encode({ imageId, file })).rejects.toBeInstanceOf(PermanentError)
})

test('what is still not done is tried after 10 s, then 20, 40 and so on up to ten minutes, and from the start once it was done', () => {
  const tries = new LaterEachTime()
  const pauses: number[] = []
  let lastMs = 0
  for (let second = 0; pauses.length < 8; second += 10) {
    if (!tries.isDue('a', second * 1000)) continue
    if (second > 0) pauses.push(second - lastMs / 1000)
    lastMs = second * 1000
    tries.noteTry('a', lastMs)
  }
  expect(pauses).toEqual([10, 20, 40, 80, 160, 320, 600, 600])
  tries.keepOnly(new Set(['b']))
  expect(tries.isDue('a', lastMs)).toBe(true)
})
