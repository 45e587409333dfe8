import { PassThrough } from 'node:stream'
import { expect, test, vi } from 'vitest'
import { explain, Progress, StepFailed } from './progress.ts'
import { ServiceFailed } from './service.ts'

test('off a terminal, a step is one plain line with its last word and its time', async () => {
  const { progress, shown } = show(false)
  const result = await progress.step('Servers', async (say) => {
    say('looking')
    say('Postgres, Redis')
    return 7
  })
  expect(result).toBe(7)
  expect(shown()).toMatch(/^✓ Servers – Postgres, Redis \(\d+\.\d s\)\n$/)
})

test('a step that fails is marked so, and its error goes on', async () => {
  const { progress, shown } = show(false)
  await expect(progress.step('Database', () => Promise.reject(new Error('down')))).rejects.toThrow('down')
  expect(shown()).toMatch(/^✗ Database \(\d+\.\d s\)\n$/)
})

test('a long step shows a sign of life off a terminal, too', async () => {
  vi.useFakeTimers()
  try {
    const { progress, shown } = show(false)
    const step = progress.step('Production build', async (say) => {
      say('Compiling')
      await vi.advanceTimersByTimeAsync(15_000)
    })
    await step
    expect(shown()).toBe('… Production build – Compiling (15.0 s)\n✓ Production build – Compiling (15.0 s)\n')
  } finally {
    vi.useRealTimers()
  }
})

test('on a terminal, what is said meanwhile stands above the moving line, which fits the width', async () => {
  const { progress, shown } = show(true)
  await progress.step('Catalogue', async (say) => {
    say('x'.repeat(500))
    progress.say('! web ended')
  })
  const [first = '', moving = ''] = shown().split('\n')
  expect(first).toBe('\r\x1b[2K! web ended')
  expect(moving.slice('\r\x1b[2K'.length).split('\r')[0]?.length).toBeLessThan(80)
})

test('a step that is cut short falls silent', async () => {
  const { progress, shown } = show(false)
  await progress.step('Servers', async () => progress.cutShort())
  expect(shown()).toBe('')
})

test('a reader that left does not end the program', () => {
  const { progress, out } = show(false)
  out.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
  expect(() => progress.say('still here')).not.toThrow()
})

test('a failure is told as what, why and what to do; only what nobody foresaw shows a stack', () => {
  const failed = new StepFailed('The production build failed', 'it ended with code 1\n\nno such module', 'See build.log.')
  expect(explain(failed)).toBe('✗ The production build failed\n\n  it ended with code 1\n  \n  no such module\n\nSee build.log.')
  expect(explain(new ServiceFailed('web', 'ended with code 1', 'EADDRINUSE', 'logs/web.log'))).toBe(
    '✗ web ended with code 1. It said last:\n\n  EADDRINUSE\n\nThe whole of what it said is in logs/web.log. Put right what it names, then start again: data and pages are kept.',
  )
  expect(explain(new ServiceFailed('web', 'ended with code 1', ''))).toContain('(nothing)')
  expect(explain(new Error('a bug'))).toContain('progress.test.ts')
})

function show(isTty: boolean) {
  const out = Object.assign(new PassThrough(), { isTTY: isTty, columns: 80 }) as unknown as NodeJS.WriteStream
  const progress = new Progress(out)
  return { progress, out, shown: () => String((out as unknown as PassThrough).read() ?? '') }
}
