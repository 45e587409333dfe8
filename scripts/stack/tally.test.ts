import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { tallyOf } from './suites.ts'
import { addTallies, FAILED, PASSED, readPlaywrightReport, readTally, readVitestReport, summaryOf } from './tally.ts'

const vitest = { numPassedTests: 3, numFailedTests: 0, numFailedTestSuites: 0, numPendingTests: 1, numTodoTests: 1 }
const playwright = { stats: { expected: 3, unexpected: 0, flaky: 0, skipped: 1 }, errors: [] }

test('the summary of all is the sum of each', () => {
  const total = addTallies([PASSED, FAILED, { passed: 10, failed: 0, skipped: 2 }])
  expect(total).toEqual({ passed: 11, failed: 1, skipped: 2 })
  expect(summaryOf(total)).toBe('11 passed, 1 failed, 2 skipped')
  expect(summaryOf(addTallies([]))).toBe('0 passed, 0 failed')
})

test('tests that are left out count as skipped, never as passed', () => {
  expect(readVitestReport(vitest)).toEqual({ passed: 3, failed: 0, skipped: 2 })
  expect(readPlaywrightReport(playwright)).toEqual({ passed: 3, failed: 0, skipped: 1 })
})

test('a file that does not load fails, although none of its tests did', () => {
  expect(readVitestReport({ ...vitest, numFailedTestSuites: 1 }).failed).toBe(1)
  expect(readPlaywrightReport({ ...playwright, errors: [{ message: 'no such module' }] }).failed).toBe(1)
})

test('a flaky journey has failed', () => {
  expect(readPlaywrightReport({ ...playwright, stats: { ...playwright.stats, flaky: 1 } }).failed).toBe(1)
})

test('a report that is missing, cut short or of another shape is none', () => {
  const file = path.join(os.tmpdir(), `saleday-report-${process.pid}.json`)
  onTestFinished(() => fs.rmSync(file, { force: true }))
  expect(readTally(file, readVitestReport)).toBeNull()
  for (const text of ['', '{"numPassed', '{}', '{"numPassedTests":"3"}']) {
    fs.writeFileSync(file, text)
    expect(readTally(file, readVitestReport)).toBeNull()
  }
  fs.writeFileSync(file, JSON.stringify(vitest))
  expect(readTally(file, readVitestReport)).toEqual({ passed: 3, failed: 0, skipped: 2 })
})

test('a suite passes only when its command succeeded and its report names a test that passed', () => {
  const sound = { passed: 3, failed: 0, skipped: 0 }
  expect(tallyOf(true, sound, true)).toEqual(sound)
  expect(tallyOf(false, sound, true)).toEqual({ ...sound, failed: 1 })
  expect(tallyOf(true, { passed: 0, failed: 0, skipped: 4 }, true).failed).toBe(1)
  expect(tallyOf(true, null, true)).toEqual(FAILED)
  expect(tallyOf(true, null, false)).toEqual(PASSED)
  expect(tallyOf(false, null, false)).toEqual(FAILED)
})
