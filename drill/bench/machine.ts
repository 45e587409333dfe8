import fs from 'node:fs'
import os from 'node:os'
import { setTimeout } from 'node:timers/promises'

/** More than this share of all cores at work before we begin, and figures are somebody else's too. */
const BUSY = 0.1
const LOOK_MS = 1000

/** The share of all cores that is at work during a second in which we do nothing. */
export async function sharedLoad(): Promise<number> {
  const before = coreTimes()
  await setTimeout(LOOK_MS)
  const after = coreTimes()
  return 1 - (after.idle - before.idle) / (after.all - before.all)
}

/** A sentence for the report when others use the machine; null when it is ours. */
export function busyWarning(load: number): string | null {
  return load > BUSY ? `others kept ${Math.round(load * 100)} % of the machine busy before this began` : null
}

export function describeMachine(): string {
  const [core] = os.cpus()
  return `${os.cpus().length} × ${core?.model.trim() ?? 'unknown'}, ${Math.round(os.totalmem() / 2 ** 30)} GiB, ${os.type()} ${os.release()}, Node ${process.versions.node}`
}

function coreTimes(): { idle: number; all: number } {
  let idle = 0
  let all = 0
  for (const { times } of os.cpus()) {
    idle += times.idle
    all += times.user + times.nice + times.sys + times.idle + times.irq
  }
  return { idle, all }
}

/** Seconds of processor time that a process and its children have used so far; null where the system does not tell. */
export function cpuSeconds(pid: number): number | null {
  if (process.platform !== 'linux') return null
  const parents = new Map<number, number>()
  const ticks = new Map<number, number>()
  for (const name of fs.readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const fields = readStat(name)
    if (!fields) continue
    parents.set(Number(name), Number(fields[1]))
    // Of itself, and of its children that have ended.
    ticks.set(
      Number(name),
      [11, 12, 13, 14].reduce((sum, field) => sum + Number(fields[field]), 0),
    )
  }
  let sum = 0
  for (const [process, own] of ticks) if (isWithin(process, pid, parents)) sum += own
  return sum / TICKS_A_SECOND
}

const TICKS_A_SECOND = 100

/** Fields after the name of the program, which may hold spaces: state is 0, the parent 1. Source: proc_pid_stat(5) */
function readStat(name: string): string[] | null {
  try {
    const stat = fs.readFileSync(`/proc/${name}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return null // it has just ended
  }
}

function isWithin(pid: number, root: number, parents: ReadonlyMap<number, number>): boolean {
  for (let at: number | undefined = pid; at; at = parents.get(at)) if (at === root) return true
  return false
}
