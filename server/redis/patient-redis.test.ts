import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { eventually } from '#/drill/engine/eventually.ts'
import { startTestStack, type TestStack } from '#/scripts/stack/test-stack.ts'
import { PatientRedis } from './patient-redis.ts'

let stack: TestStack
let patient: PatientRedis
let nowMs = 0
let sent = 0

beforeAll(async () => {
  stack = await startTestStack({ without: ['postgres', 'core', 'gateway', 'mail'] })
  patient = new PatientRedis(stack.cache.url, 'test-patient', { nowMs: () => nowMs })
})
afterAll(async () => {
  patient.close()
  await stack.stop()
})
beforeEach(() => eventually('it answers', async () => (await echo('ready')).ok))

/** As late as nobody rests any more. */
function later(): void {
  nowMs += 1000
}

function echo(text: string) {
  return patient.ask((redis) => {
    sent += 1
    return redis.echo(text)
  })
}

const signal = (name: NodeJS.Signals) => process.kill(stack.cache.pid() as number, name)

test('a server that hangs is given up on, and asked by one of many once a second', async () => {
  signal('SIGSTOP')
  try {
    expect(await echo('hangs')).toEqual({ ok: false, code: 'CACHE_AWAY' })
    sent = 0
    for (let second = 0; second < 3; second += 1) {
      const answers = await Promise.all(Array.from({ length: 50 }, () => echo('still')))
      expect(answers.filter(({ ok }) => ok)).toEqual([])
      expect(sent).toBe(second)
      later()
    }
  } finally {
    signal('SIGCONT')
  }
})

test('what a server says after it was given up on is taken for no other answer', async () => {
  const long = 'x'.repeat(40_000)
  signal('SIGSTOP')
  const hung = await Promise.all(Array.from({ length: 20 }, (_, n) => echo(`${long}${n}`)))
  signal('SIGCONT')
  expect(hung.filter(({ ok }) => ok)).toEqual([])
  later()
  await eventually('it answers', async () => (await echo('back')).ok)
  const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => echo(`later ${n}`)))
  expect(answers).toEqual(answers.map((_, n) => ({ ok: true, value: `later ${n}` })))
})

test('a server that is gone is not waited for, and found again when it is back', async () => {
  await stack.cache.kill()
  await eventually('the connection is lost', async () => !(await echo('gone')).ok)
  sent = 0
  later()
  expect(await echo('gone')).toEqual({ ok: false, code: 'CACHE_AWAY' })
  expect(sent).toBe(0)
  await stack.cache.start()
  later()
  await eventually('it answers', async () => (await echo('back')).ok)
})

test('what a server refuses is told apart from its being away, and holds up nobody', async () => {
  expect(await patient.ask((redis) => redis.call('INCR'))).toEqual({ ok: false, code: 'CACHE_REFUSED' })
  expect(await echo('next')).toEqual({ ok: true, value: 'next' })
})
