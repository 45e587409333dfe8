import { endProcess } from './end-process.ts'
import { identify, type ProcessIdentity, parentOf } from './process-identity.mjs'
import { AlreadyRunning, RunRecord } from './run-record.ts'

/** As long as the services of a store may take to stop, one after the other. */
const PATIENCE_MS = 120_000

/**
 * Takes a folder as `RunRecord.take` does, also from a run whose starter was killed, which nobody can stop any more: it is asked to stop
 * everything in order, and waited for. `stopping` hears of it.
 */
export async function takeOver(folder: string, url: string, stopping: (pid: number) => void): Promise<RunRecord> {
  const starters = startersOf(process.env)
  try {
    return RunRecord.take(folder, url, starters)
  } catch (error) {
    if (!(error instanceof AlreadyRunning && error.isOrphan)) throw error
    stopping(error.owner.pid)
    await endProcess(error.owner, 'SIGTERM', PATIENCE_MS)
    return RunRecord.take(folder, url, starters)
  }
}

/** Who waits for this process and passes signals on to it: the one that started it, and npm where that started the first. */
export function startersOf(env: Readonly<Record<string, string | undefined>>): ProcessIdentity[] {
  const wrapper = process.ppid
  const npm = env.npm_lifecycle_event ? parentOf(wrapper) : null
  return [wrapper, npm].flatMap((pid) => (pid && identify(pid)) || [])
}
