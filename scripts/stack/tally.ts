import fs from 'node:fs'
import { z } from 'zod'

/** How many checks were made, and how they went. */
export type Tally = { readonly passed: number; readonly failed: number; readonly skipped: number }

export const FAILED: Tally = { passed: 0, failed: 1, skipped: 0 }
export const PASSED: Tally = { passed: 1, failed: 0, skipped: 0 }

export function addTallies(tallies: readonly Tally[]): Tally {
  const sum = (key: keyof Tally) => tallies.reduce((total, tally) => total + tally[key], 0)
  return { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') }
}

/** `12 passed, 0 failed`, and `, 1 skipped` where there was one. */
export function summaryOf({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

/** What a report says; null when there is none, or it is not what it should be. */
export function readTally(file: string, read: (report: unknown) => Tally): Tally | null {
  try {
    return read(JSON.parse(fs.readFileSync(file, 'utf8')))
  } catch {
    return null
  }
}

const vitestReport = z.object({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  numFailedTestSuites: z.int(),
  numPendingTests: z.int(),
  numTodoTests: z.int(),
})

/** A file that does not load has no tests that could fail, so it counts by itself. */
export function readVitestReport(report: unknown): Tally {
  const { numPassedTests, numFailedTests, numFailedTestSuites, numPendingTests, numTodoTests } = vitestReport.parse(report)
  const failed = numFailedTests > 0 ? numFailedTests : numFailedTestSuites
  return { passed: numPassedTests, failed, skipped: numPendingTests + numTodoTests }
}

const playwrightReport = z.object({
  stats: z.object({ expected: z.int(), unexpected: z.int(), flaky: z.int(), skipped: z.int() }),
  errors: z.array(z.unknown()),
})

/** A flaky test is a bug to find, so it has failed. */
export function readPlaywrightReport(report: unknown): Tally {
  const { stats, errors } = playwrightReport.parse(report)
  const failed = stats.unexpected + stats.flaky
  return { passed: stats.expected, failed: failed > 0 ? failed : errors.length, skipped: stats.skipped }
}
