import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** A process told apart from a later one that got the same number: by its pid together with when it started. */
export type ProcessIdentity = { readonly pid: number; readonly startedAt: string }

/** Who has this pid now; null when nobody does. */
export function identify(pid: number): ProcessIdentity | null {
  const startedAt = process.platform === 'linux' ? startOnLinux(pid) : startByPs(pid)
  return startedAt ? { pid, startedAt } : null
}

export function isAlive({ pid, startedAt }: ProcessIdentity): boolean {
  return identify(pid)?.startedAt === startedAt
}

/** Sends a signal and waits until the process is gone; kills it for good after `patienceMs`. A process that is gone already is left alone. */
export async function endProcess(identity: ProcessIdentity, signal: NodeJS.Signals, patienceMs: number): Promise<void> {
  if (!isAlive(identity)) return
  sendSignal(identity.pid, signal)
  const killAt = Date.now() + patienceMs
  let killed = false
  while (isAlive(identity)) {
    if (!killed && Date.now() > killAt) {
      sendSignal(identity.pid, 'SIGKILL')
      killed = true
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** Field 22 of /proc/<pid>/stat, in clock ticks since boot; a zombie counts as gone. */
function startOnLinux(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? null : (fields[19] ?? null)
  } catch {
    return null
  }
}

function startByPs(pid: number): string | null {
  const { stdout } = spawnSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], { encoding: 'utf8' })
  const [, state, startedAt] = /^\s*(\S+)\s+(.+?)\s*$/.exec(stdout ?? '') ?? []
  return state && !state.startsWith('Z') ? (startedAt ?? null) : null
}
