import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { buildFolder } from '../env.ts'
import { hashOf } from './policy.ts'

let hashes: readonly string[] | undefined

/**
 * Of every sheet of the build. A soft step to another page brings the sheets that it has and this one has not, and the policy that counts is
 * still that of the document in which the shopper began.
 */
export function sheetHashes(): readonly string[] {
  hashes ??= hashSheets(path.join(process.cwd(), buildFolder(), 'static/chunks'))
  return hashes
}

export function hashSheets(folder: string): string[] {
  const files = existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : []
  const sheets = files.filter((file) => file.isFile() && file.name.endsWith('.css'))
  return sheets.map(({ name }) => hashOf(readFileSync(path.join(folder, name), 'utf8')))
}
