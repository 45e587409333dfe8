import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { orderNumber } from '#/domain/order-number.ts'
import { eventually } from '#/drill/engine/eventually.ts'
import { setAside } from '#/drill/engine/set-aside.ts'
import { SHARD } from '#/drill/engine/shelf.ts'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import { placeInLegs } from '../inventory/place-in-legs.ts'
import { skuKeys } from '../redis/keys.ts'
import { print } from './answer.ts'
import { carryOut } from './carry-out.ts'
import { readCommand } from './read-command.ts'

let engine: TestEngine

beforeAll(async () => {
  engine = await startTestEngine()
  Object.assign(process.env, engine.stack.env)
})
afterEach(() => engine.rest())
afterAll(() => engine.stop())

/** Asks as a command line does, in this process. */
async function stock(...args: string[]): Promise<{ code: number; out: string }> {
  const asked = readCommand(args)
  if (!asked.ok) return { code: 2, out: asked.why }
  const given = await carryOut(engine, asked.value)
  return { code: given.code, out: print(given, asked.value.json) }
}

/** Runs the command itself, with nothing in its environment but where the servers are. */
async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const { DATABASE_URL, CORE_REDIS_URL } = engine.stack.env
  const env = { PATH: process.env.PATH, DATABASE_URL, CORE_REDIS_URL, LOG_FD: '2' } as unknown as NodeJS.ProcessEnv
  const child = spawn(process.execPath, ['server/operator/main.ts', ...args], { env })
  let [out, err] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString()
  })
  const [code] = (await once(child, 'close')) as [number]
  return { code, out, err }
}

const json = async (...args: string[]) => JSON.parse((await stock(...args, '--json')).out)

/** Everything that a command might change. */
async function everything() {
  const core = engine.core.redis
  const keys = (await core.keys('{inv:*')).sort()
  const values = await Promise.all(
    keys.map(async (key) => ((await core.type(key)) === 'hash' ? await core.hgetall(key) : await core.dump(key))),
  )
  const letters = await engine.db.deadLetter.findMany()
  const movements = await engine.db.stockMovement.count()
  return { core: keys.map((key, i) => [key, values[i]]), letters, movements, orders: await engine.db.order.count() }
}

async function buy(units = 1) {
  const unit = await engine.sell()
  const placing = await engine.placing([[unit, units]])
  await engine.counters.place(placing)
  await engine.rest()
  return { unit, orderId: placing.checkoutId }
}

test('what it does not understand ends with 2', async () => {
  for (const args of [
    ['dance'],
    ['explain'],
    ['explain', 'no sku'],
    ['rebuild', '99'],
    ['rebuild'],
    ['dead-letters', 'show', 'x'],
    ['--no'],
  ]) {
    expect((await stock(...args)).code, args.join(' ')).toBe(2)
  }
  expect(await stock('order', 'SD-nope')).toMatchObject({ code: 2 })
})

test('the command itself needs no more than the two addresses, answers on stdout alone, and ends with what it found', async () => {
  const { unit } = await buy()
  await engine.core.redis.hincrby(skuKeys(unit).stock, 'available', 2)
  const found = await run('reconcile', '--mend', '--yes', '--json')
  expect(found.code).toBe(0)
  expect(JSON.parse(found.out)).toMatchObject({ code: 0, outcomes: [{ mended: true }], left: [] })
  expect(found.err).toContain('"msg":"drift of core"')
  expect(await run('dance')).toMatchObject({ code: 2, out: '', err: expect.stringContaining('npm run stock -- COMMAND') })
})

test('reconcile ends with 0 when nothing differs and with 1 when something does, and mends only with --yes', async () => {
  const { unit } = await buy()
  expect(await stock('reconcile')).toMatchObject({ code: 0, out: expect.stringContaining('Nothing differs.') })
  await engine.core.redis.hincrby(skuKeys(unit).stock, 'available', 2)
  const before = await everything()
  expect(await stock('reconcile')).toMatchObject({ code: 1, out: expect.stringContaining(`${unit}: core has 11 available, 2 too many`) })
  expect((await stock('reconcile', '--mend')).out).toContain('Add --yes to mend.')
  expect(await everything()).toEqual(before)
  expect(await stock('reconcile', '--mend', '--yes')).toMatchObject({ code: 0, out: expect.stringContaining('Nothing differs any more.') })
  expect(await json('reconcile')).toMatchObject({ code: 0, drifts: [] })
})

test('rebuild says what it will do, does it only with --yes, and what was there is there afterwards', async () => {
  const { unit } = await buy(3)
  await engine.counters.place(await engine.placing([[unit, 2]]))
  const [before, epoch] = [await everything(), await engine.book.epochOf(SHARD)]
  expect(await stock('rebuild', 'all')).toMatchObject({ code: 0, out: expect.stringContaining('1 waiting record') })
  expect(await everything()).toEqual(before)
  expect(await stock('rebuild', String(SHARD), '--yes')).toMatchObject({ code: 0, out: expect.stringContaining('Done: open again after') })
  expect(await engine.book.epochOf(SHARD)).not.toBe(epoch)
  expect(await json('explain', unit)).toMatchObject({ canBeBought: true, core: { available: 5 } })
  await engine.rest()
  expect(await engine.violations()).toEqual([])
})

test('explain tells what is held and by whom, and why something cannot be bought', async () => {
  const { unit } = await buy(4)
  const letter = await setAside(engine, [[unit, 1]], (record) => record.slice(0, -9))
  await engine.counters.place(await engine.placing([[unit, 5]]))
  const { code, out } = await stock('explain', unit)
  expect(code).toBe(0)
  for (const words of [
    '10 on hand, 4 allocated',
    '4 in 1 order CONFIRMED',
    '0 available, 6 held by 2',
    'dead letter',
    'waits for intake',
  ]) {
    expect(out).toContain(words)
  }
  expect(out).toContain('It cannot be bought right now: none is available.')
  await engine.counters.fence(SHARD)
  expect((await stock('explain', unit)).out).toContain('its shard of core is closed')
  await stock('rebuild', 'all', '--yes')
  await stock('dead-letters', 'close', `${letter.shard}/${letter.entryId}`, '--yes')
  expect(await stock('explain', 'NOSUCH-ITEM')).toMatchObject({ code: 1, out: expect.stringContaining('there is no such SKU') })
})

test('an order is told by its id and by its number, and of whom only when asked', async () => {
  const { orderId, unit } = await buy(2)
  const told = await stock('order', orderId)
  expect(told.code).toBe(0)
  for (const words of ['CONFIRMED', unit, 'Paid and confirmed', 'its page shows CONFIRMED', 'holds nothing any more'])
    expect(told.out).toContain(words)
  expect(told.out).not.toContain('ann@example.com')
  expect((await json('order', orderId)).order).not.toHaveProperty('email')
  expect((await json('order', orderNumber(orderId).toLowerCase())).orderId).toBe(orderId)
  expect((await stock('order', orderId, '--people')).out).toContain('ann@example.com')
  expect(await stock('order', randomUUID())).toMatchObject({ code: 1, out: expect.stringContaining('has ever heard of it') })
  const placing = await engine.placing([[unit, 1]])
  await engine.counters.place(placing)
  expect((await stock('order', placing.checkoutId)).out).toContain('waits for intake')
})

test('a dead letter is listed, shown, tried again and closed, and nothing is changed without --yes', async () => {
  const unit = await engine.sell()
  const wrong = await setAside(engine, [[unit, 2]], (record) => JSON.stringify({ ...JSON.parse(record), totalMinor: 1 }))
  await engine.rest()
  const name = `${wrong.shard}/${wrong.entryId}`
  const before = await everything()
  expect(await stock('dead-letters')).toMatchObject({ code: 1, out: expect.stringContaining(name) })
  expect((await stock('dead-letters')).out).not.toContain('ann@example.com')
  expect((await stock('dead-letters', 'show', name)).out).toContain(`holds 2 of ${unit}`)
  expect((await stock('dead-letters', 'show', name, '--people')).out).toContain('ann@example.com')
  expect(await stock('dead-letters', 'retry', name, '--yes')).toMatchObject({ code: 1, out: expect.stringContaining('its total is not') })
  expect((await stock('dead-letters', 'close', name)).out).toContain('Nothing was changed.')
  expect(await everything()).toEqual(before)
  expect(await stock('dead-letters', 'close', name, '--yes')).toMatchObject({ code: 0, out: expect.stringContaining('it was rejected') })
  expect(await stock('dead-letters', 'retry', name, '--yes')).toMatchObject({ code: 0, out: expect.stringContaining('decided before') })
  expect(await stock('dead-letters')).toMatchObject({ code: 0, out: expect.stringContaining('No record is set aside.') })
})

test('no control character of what the servers hold reaches a terminal', async () => {
  const unit = await engine.sell()
  const letter = await setAside(engine, [[unit, 1]], () => '\x1b]0;owned\x07{"name":"\u202e\r\n\0')
  const name = `${letter.shard}/${letter.entryId}`
  for (const args of [
    ['dead-letters'],
    ['dead-letters', 'show', name, '--people'],
    ['order', letter.orderId],
    ['order', letter.orderId, '--json'],
  ]) {
    const { out } = await stock(...args)
    expect(out.replaceAll('\n', ''), args.join(' ')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
  }
  expect((await stock('dead-letters', 'show', name, '--people')).out).toContain('\\x1b]0;owned\\x07')
  await stock('dead-letters', 'close', name, '--yes')
  const bought = await placeInLegs(engine.counters, await engine.placing([[unit, 1]], { name: 'Eve\x1b[2J' }))
  expect(bought.code).toBe('PLACED')
})

test('a server that is away ends with 3 and is named', async () => {
  const { unit, orderId } = await buy()
  await engine.stack.core.kill()
  for (const args of [['reconcile'], ['explain', unit], ['order', orderId], ['rebuild', 'all', '--yes']]) {
    expect(await stock(...args), args.join(' ')).toMatchObject({ code: 3, out: expect.stringContaining('Redis core is away') })
  }
  await engine.stack.core.start()
  await eventually('core answers', async () => (await engine.counters.epochOf(SHARD)).ok)
  await engine.stack.postgres.kill()
  for (const args of [['reconcile'], ['explain', unit], ['order', orderId], ['dead-letters'], ['rebuild', 'all', '--yes']]) {
    expect(await stock(...args), args.join(' ')).toMatchObject({ code: 3, out: expect.stringContaining('Postgres is away') })
  }
  await engine.stack.postgres.start()
  await eventually('both answer', async () => (await stock('explain', unit)).code === 0)
})

test('what operators did here ends without a trace of doubt', async () => {
  await eventually('the engine works again', async () => {
    await engine.rest()
    return true
  })
  await stock('rebuild', 'all', '--yes')
  expect(await engine.violations()).toEqual([])
})
