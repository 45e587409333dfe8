import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { hashOf } from './policy.ts'

const hashesOf = new Map<string, readonly string[]>()

/**
 * Hashes of every style sheet of a build. A soft step from one display page to another puts the sheets that the next one needs beyond those of
 * the document into it, so the policy of the first must let them in.
 */
export function builtSheets(distDir: string): readonly string[] {
  const known = hashesOf.get(distDir) ?? readSheets(path.join(distDir, 'static/chunks'))
  hashesOf.set(distDir, known)
  return known
}

function readSheets(folder: string): string[] {
  if (!existsSync(folder)) return []
  const files = readdirSync(folder).filter((name) => name.endsWith('.css'))
  return files.sort().map((name) => hashOf(readFileSync(path.join(folder, name), 'utf8')))
}
