import fs from 'node:fs'
import path from 'node:path'
import { identify, isAlive } from './process-identity.mjs'

/**
 * A folder that one process holds at a time, until it dies or lets go. Locks are numbered and the highest counts: a stale one is never
 * removed to make room, which two takers could do at once, but followed by the next number, which only one of them can make.
 * @typedef {{ readonly number: number, readonly owner: import('./process-identity.mjs').ProcessIdentity | null }} Lock
 */

const PREFIX = 'lock.'

/**
 * Takes the folder, which must exist. Returns what lets go of it again, or who holds it.
 * @param {string} folder
 * @returns {{ readonly release: () => void, readonly owner?: undefined } | { readonly release?: undefined, readonly owner: import('./process-identity.mjs').ProcessIdentity }}
 */
export function takeLock(folder) {
  // Written beside and linked into place: whoever sees a lock sees its owner.
  const draft = path.join(folder, `draft.${process.pid}`)
  fs.writeFileSync(draft, JSON.stringify({ ...identify(process.pid), folder: identityOf(folder) }))
  try {
    for (;;) {
      const { number, owner } = readLock(folder)
      if (owner) return { owner }
      const own = path.join(folder, `${PREFIX}${number + 1}`)
      if (!link(draft, own)) continue
      if (readLock(folder).number !== number + 1) {
        fs.rmSync(own, { force: true }) // we had looked too long ago
        continue
      }
      for (const earlier of numbersIn(folder)) if (earlier <= number) fs.rmSync(path.join(folder, `${PREFIX}${earlier}`), { force: true })
      // Emptied and left there, so that numbers only ever rise.
      return { release: () => fs.existsSync(own) && fs.writeFileSync(own, '') }
    }
  } finally {
    fs.rmSync(draft, { force: true })
  }
}

/**
 * The lock that counts; its owner is null when nobody who lives holds the folder.
 * @param {string} folder
 * @returns {Lock}
 */
export function readLock(folder) {
  const number = Math.max(0, ...numbersIn(folder))
  try {
    const { pid, startedAt, folder: locked } = JSON.parse(fs.readFileSync(path.join(folder, `${PREFIX}${number}`), 'utf8'))
    // A copy of a folder is not held by who holds the original.
    return { number, owner: locked === identityOf(folder) && isAlive({ pid, startedAt }) ? { pid, startedAt } : null }
  } catch {
    return { number, owner: null }
  }
}

/**
 * What tells a folder from its copies.
 * @param {string} folder
 * @returns {string}
 */
export function identityOf(folder) {
  const { dev, ino } = fs.statSync(folder)
  return `${dev}:${ino}`
}

function numbersIn(folder) {
  const names = fs.existsSync(folder) ? fs.readdirSync(folder) : []
  return names.filter((name) => name.startsWith(PREFIX)).map((name) => Number(name.slice(PREFIX.length)))
}

function link(draft, lock) {
  try {
    fs.linkSync(draft, lock)
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
}
