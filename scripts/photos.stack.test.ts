import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { productCodeOf } from '#/domain/sku.ts'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'

let engine: TestEngine
let folder: string
let code: string
const photo = (name: string) => path.join(folder, name)

beforeAll(async () => {
  engine = await startTestEngine()
  code = productCodeOf(await engine.sell())
  folder = await mkdtemp(path.join(os.tmpdir(), 'photos-'))
  await sharp({ create: { width: 900, height: 700, channels: 3, background: '#c03010' } })
    .png()
    .toFile(photo('red.txt'))
  await writeFile(photo('drawing.jpg'), '<svg xmlns="http://www.w3.org/2000/svg" width="900" height="900"/>')
})
afterAll(async () => {
  await engine.stop()
  await rm(folder, { recursive: true, force: true })
})

type Ended = { code: number; stdout: string; stderr: string }

async function command(...args: string[]): Promise<Ended> {
  const project = path.dirname(import.meta.dirname)
  try {
    const options = { cwd: project, env: { ...process.env, ...engine.stack.env }, timeout: 60_000 }
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['scripts/photos.ts', ...args], options)
    return { code: 0, stdout, stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as Ended
    return { code, stdout, stderr }
  }
}

test('without --yes the command judges a photograph and keeps nothing; with it, the photograph waits to be encoded', async () => {
  const wish = ['add', photo('red.txt'), '--product', code, '--alt', 'A red wall.', '--focal', '0.3,1', '--json']
  const asked = await command(...wish)
  expect(asked.code).toBe(0)
  const { id } = JSON.parse(asked.stdout) as { id: string }
  const original = path.join(engine.stack.env.MEDIA_DIR ?? '', 'originals', `${id}.jpg`)
  expect(existsSync(original)).toBe(false)
  expect(await engine.db.image.count()).toBe(0)

  expect(JSON.parse((await command(...wish, '--yes')).stdout)).toMatchObject({ id, state: 'waiting', width: 900, height: 700 })
  expect(await sharp(original).metadata()).toMatchObject({ format: 'jpeg', width: 900 })
  const row = await engine.db.image.findUniqueOrThrow({ where: { id }, include: { products: true } })
  expect(row).toMatchObject({ file: `originals/${id}.jpg`, focalX: 0.3, focalY: 1, photographer: '', encodedAt: null })
  expect(row.products).toMatchObject([{ productCode: code, alt: 'A red wall.', shownAt: null }])
  expect(await command(...wish, '--yes')).toMatchObject({ code: 1, stdout: expect.stringContaining('HAS_IT_ALREADY') })

  expect((await command('show', code)).stdout).toContain(`${id}  waits for its variants  A red wall.`)
  expect((await command('remove', id, '--product', code)).stdout).toContain('Nothing was changed')
  expect(await command('remove', id, '--product', code, '--yes')).toMatchObject({ code: 0 })
  expect((await command('show', code)).stdout).toContain('no photograph')
})

test('what is no photograph is refused, whatever its name, as is a file that is not there', async () => {
  const add = (file: string) => command('add', photo(file), '--product', code, '--alt', 'A drawing.', '--yes')
  expect(await add('drawing.jpg')).toMatchObject({ code: 1, stdout: expect.stringContaining('it is no JPEG') })
  expect(await add('nothing.jpg')).toMatchObject({ code: 1, stdout: expect.stringContaining('ENOENT') })
  expect(await add('')).toMatchObject({ code: 1, stdout: expect.stringContaining('EISDIR') })
  expect(await command('add', photo('red.txt'), '--product', 'NOBODY', '--alt', 'A wall.')).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('There is no product NOBODY'),
  })
})

test.each([
  [['add', 'a.jpg', '--product', 'VASE'], '--alt'],
  [['add', 'a.jpg', '--product', 'VASE', '--alt', 'A\u202evase'], '--alt'],
  [['add', 'a.jpg', '--product', 'vase', '--alt', 'A vase'], 'code'],
  [['add', 'a.jpg', 'b.jpg', '--product', 'VASE', '--alt', 'A vase'], 'one file'],
  [['add', 'a.jpg', '--product', 'VASE', '--alt', 'A vase', '--focal', '0.5,1.1'], '--focal'],
  [['add', 'a.jpg', '--product', 'VASE', '--alt', 'A vase', '--by', 'Somebody'], '--license'],
  [['remove', '../secret', '--product', 'VASE'], 'id'],
  [['show', 'VASE', '--alt', 'A vase'], '--alt'],
  [['paint', 'VASE'], 'paint'],
])('%j is not understood, and nothing is asked of any server', async (args, word) => {
  expect(await command(...args)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(word) })
})
