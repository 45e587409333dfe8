import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/**
 * A process told apart from a later one that got the same number: by its pid together with when it started.
 * @typedef {{ readonly pid: number, readonly startedAt: string }} ProcessIdentity
 */

const PS_TIMEOUT_MS = 5000

/**
 * Who has this pid now; null when nobody does. A zombie counts as nobody.
 * @param {number} pid
 * @returns {ProcessIdentity | null}
 */
export function identify(pid) {
  const startedAt = process.platform === 'linux' ? startOnLinux(pid) : startByPs(pid)
  return startedAt ? { pid, startedAt } : null
}

/**
 * Whether this very process still lives.
 * @param {ProcessIdentity} identity
 * @returns {boolean}
 */
export function isAlive({ pid, startedAt }) {
  return identify(pid)?.startedAt === startedAt
}

/**
 * Who started a process; null when that is not to be found out.
 * @param {number} pid
 * @returns {number | null}
 */
export function parentOf(pid) {
  const parent = process.platform === 'linux' ? statOf(pid)?.[1] : ps(pid, 'ppid=').trim()
  return parent ? Number(parent) : null
}

/** Field 22 of /proc/<pid>/stat counts clock ticks since boot, so which boot that was belongs to it. */
function startOnLinux(pid) {
  const fields = statOf(pid)
  return !fields || fields[0] === 'Z' || fields[0] === 'X' ? null : `${bootId()} ${fields[19]}`
}

/** The fields of /proc/<pid>/stat from the third on: the second is a name that may hold anything. */
function statOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return null
  }
}

function bootId() {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8)
}

function startByPs(pid) {
  const [, state, startedAt] = /^\s*(\S+)\s+(.+?)\s*$/.exec(ps(pid, 'state=,lstart=')) ?? []
  return state && !state.startsWith('Z') ? (startedAt ?? null) : null
}

function ps(pid, columns) {
  return spawnSync('ps', ['-o', columns, '-p', String(pid)], { encoding: 'utf8', timeout: PS_TIMEOUT_MS }).stdout ?? ''
}
