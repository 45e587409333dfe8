import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { setting } from './backstage.ts'

/** The name of the one file of script that has all of these texts in it. Throws when none has, or several do. */
export function chunkOf(...texts: readonly string[]): string {
  const chunks = path.join(setting('NEXT_DIST_DIR'), 'static/chunks')
  const [first, ...others] = readdirSync(chunks).filter((name) => {
    const script = readFileSync(path.join(chunks, name), 'utf8')
    return texts.every((text) => script.includes(text))
  })
  if (!first || others.length > 0)
    throw new Error(`not one file of script has ${texts.join(' and ')}, but ${first ? others.length + 1 : 0}`)
  return first
}
