import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { merchantHands } from '#/drill/engine/merchant-hands.ts'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'

let engine: TestEngine

beforeAll(async () => {
  engine = await startTestEngine()
})
afterAll(() => engine.stop())

type Ended = { code: number; stdout: string; stderr: string }

async function command(...args: string[]): Promise<Ended> {
  const project = path.dirname(import.meta.dirname)
  try {
    const options = { cwd: project, env: { ...process.env, ...engine.stack.env }, timeout: 60_000 }
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['scripts/orders.ts', ...args], options)
    return { code: 0, stdout, stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as Ended
    return { code, stdout, stderr }
  }
}

test('the command ships an order on the servers that the environment names, and its answer stands alone on stdout', async () => {
  const orderId = await merchantHands(engine).paid([2])
  const shipped = await command('ship', orderId, '--carrier', 'An Post', '--tracking', 'CE1', '--yes', '--json')
  expect(shipped.code).toBe(0)
  expect(JSON.parse(shipped.stdout)).toMatchObject({ unitsLeft: 0, isNew: true })
  expect(await merchantHands(engine).stateOf(orderId)).toBe('FULFILLED')
  expect(await command('ship', orderId, '--carrier', 'An Post', '--tracking', 'CE2')).toMatchObject({ code: 1 })
})

test('help needs no servers, and what is not understood ends with 2', async () => {
  expect(await command('--help')).toMatchObject({ code: 0, stdout: expect.stringContaining('npm run orders') })
  expect(await command('sell', 'everything')).toMatchObject({ code: 2, stdout: '' })
})

test('with Postgres away it says so, and what to do', async () => {
  const orderId = await merchantHands(engine).paid([1])
  await engine.stack.postgres.kill()
  const away = await command('refund', orderId, '--yes')
  await engine.stack.postgres.start()
  expect(away).toMatchObject({ code: 3, stdout: expect.stringContaining('Postgres is away') })
})
