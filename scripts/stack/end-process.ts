import { setTimeout } from 'node:timers/promises'
import { isAlive, type ProcessIdentity } from './process-identity.mjs'

const LOOK_MS = 20
const GROUP_PATIENCE_MS = 3000

/**
 * Sends a signal and waits until the process is gone; kills it for good after `patienceMs`. Killing takes its whole group, because what it
 * started would keep its memory and its files open. A process that is gone already is left alone.
 */
export async function endProcess(identity: ProcessIdentity, signal: NodeJS.Signals, patienceMs: number): Promise<void> {
  if (!isAlive(identity)) return
  const { pid } = identity
  let killed = signal === 'SIGKILL'
  if (killed) killGroup(pid)
  else sendSignal(pid, signal)
  const killAt = Date.now() + patienceMs
  // Where nobody collects the dead, a group seems to be there for ever.
  let groupUntil = Date.now() + GROUP_PATIENCE_MS
  while (isAlive(identity) || (killed && sendSignal(-pid, 0) && Date.now() < groupUntil)) {
    if (!killed && Date.now() > killAt) {
      killGroup(pid)
      killed = true
      groupUntil = Date.now() + GROUP_PATIENCE_MS
    }
    await setTimeout(LOOK_MS)
  }
}

/** Kills a process with everything that it started in its group. One that leads no group is killed alone. */
export function killGroup(pid: number): void {
  if (!sendSignal(-pid, 'SIGKILL')) sendSignal(pid, 'SIGKILL')
}

/** Whether there was somebody to send it to. */
export function sendSignal(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, signal)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    return false
  }
}
