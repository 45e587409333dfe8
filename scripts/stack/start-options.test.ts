import { expect, test } from 'vitest'
import { StepFailed } from './progress.ts'
import { readStartOptions } from './start-options.ts'

test('without a word, the store opens on port 3000 and keeps what it has', () => {
  expect(readStartOptions([], {})).toEqual({ port: 3000, fresh: false })
})

test('--port goes before PORT, and --fresh begins anew', () => {
  expect(readStartOptions(['--fresh', '--port', '4000'], { PORT: '8080' })).toEqual({ port: 4000, fresh: true })
})

test.each([
  { args: ['--frehs'] },
  { args: ['4000'] },
  { args: ['--port'] },
  { args: ['--port', 'abc'] },
  { args: ['--port', '0'] },
  { args: ['--fresh=no'] },
  { args: ['--port', '4000', '--port', 'abc'] },
])('$args is refused with how it is meant', ({ args }) => {
  const refusal = catchError(() => readStartOptions(args, {}))
  expect(refusal).toBeInstanceOf(StepFailed)
  expect((refusal as StepFailed).todo).toContain('npm start -- [--port N] [--fresh]')
})

test('a bad PORT is refused rather than replaced', () => {
  expect(() => readStartOptions([], { PORT: 'http' })).toThrow(StepFailed)
})

function catchError(run: () => unknown): unknown {
  try {
    return run()
  } catch (error) {
    return error
  }
}
