import fs from 'node:fs'
import path from 'node:path'
import { identify } from './process-identity.mjs'
import { AlreadyRunning, RunRecord } from './run-record.ts'
import { isTemplate } from './test-template.ts'

const BEING_MADE_MS = 10_000

/** Ends and removes the stacks in `tests` of runs that did not get to it themselves. Those of runs at work are left alone. */
export async function sweepTestStacks(tests: string): Promise<void> {
  for (const name of fs.readdirSync(tests)) {
    const folder = path.join(tests, name)
    if (isTemplate(name) || isBeingMade(folder)) continue
    try {
      await RunRecord.take(folder, '').endOrphans()
    } catch (error) {
      if (error instanceof AlreadyRunning) continue
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error // swept by another run at this moment
    }
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

/** Between the moment that it is there and the moment that it is held. */
function isBeingMade(folder: string): boolean {
  const { birthtimeMs } = fs.statSync(folder, { throwIfNoEntry: false }) ?? { birthtimeMs: 0 }
  return Date.now() - birthtimeMs < BEING_MADE_MS && identify(Number.parseInt(path.basename(folder), 10)) !== null
}
