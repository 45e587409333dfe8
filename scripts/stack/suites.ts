import fs from 'node:fs'
import path from 'node:path'
import { explain, type Progress } from './progress.ts'
import { runCommand } from './run-command.ts'
import type { Environment } from './service.ts'
import { FAILED, PASSED, readTally, summaryOf, type Tally } from './tally.ts'

export type Suite = {
  readonly name: string
  readonly args: readonly string[]
  readonly env?: Environment
  readonly timeoutMs: number
  /** Reads the tally off its report; without it, the suite is one check that passes when the command does. */
  readonly report?: { readonly file: string; readonly read: (report: unknown) => Tally }
  /** Tells a command that succeeded without having looked at anything. */
  readonly isEmpty?: (output: string) => boolean
}

const project = path.resolve(import.meta.dirname, '../..')

class NotSound extends Error {}

/** Runs a suite, shows how it went and what it said when it failed, and counts. A suite that crashed or reported nothing has failed. */
export async function runSuite({ name, args, env = process.env, timeoutMs, report, isEmpty }: Suite, progress: Progress): Promise<Tally> {
  let said = ''
  let tally: Tally = FAILED
  try {
    await progress.step(name, async (say) => {
      if (report) fs.rmSync(report.file, { force: true })
      const { why, output } = await runCommand({ name, command: process.execPath, args, cwd: project, env, timeoutMs })
      said = why === null ? output : `${output.trim()}\n${why}`
      const succeeded = why === null && !isEmpty?.(output)
      tally = tallyOf(succeeded, report ? readTally(report.file, report.read) : null, report !== undefined)
      if (report) say(summaryOf(tally))
      if (tally.failed > 0) throw new NotSound()
    })
  } catch (error) {
    if (!(error instanceof NotSound)) throw error
    progress.say(`\n${said.trim() || 'It said nothing.'}\n`)
  } finally {
    if (report) fs.rmSync(report.file, { force: true })
  }
  return tally
}

/** A step of ours that counts as one check. Whatever it throws is shown. */
export async function runCheck(name: string, run: (say: (detail: string) => void) => Promise<void>, progress: Progress): Promise<Tally> {
  try {
    await progress.step(name, run)
    return PASSED
  } catch (error) {
    progress.say(`\n${explain(error)}\n`)
    return FAILED
  }
}

/** What a suite counts for, given whether its command succeeded and what its report says. */
export function tallyOf(succeeded: boolean, reported: Tally | null, isReporting: boolean): Tally {
  if (!isReporting) return succeeded ? PASSED : FAILED
  if (reported === null) return FAILED
  const isSound = succeeded && reported.passed > 0
  // Something went wrong beside the tests: a file that does not load, a crash, nothing that was run.
  return isSound || reported.failed > 0 ? reported : { ...reported, failed: 1 }
}
