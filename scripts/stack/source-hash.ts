import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'

/** A hash over the names and contents of files and folders, in a fixed order. What `skip` names is left out; what is not there counts as such. */
export function hashSources(root: string, sources: readonly string[], skip: (name: string) => boolean = () => false): string {
  const hash = createHash('sha256')
  const add = (name: string) => {
    if (skip(name)) return
    const place = path.join(root, name)
    const stat = fs.statSync(place, { throwIfNoEntry: false })
    if (!stat) hash.update(`${name} missing\n`)
    else if (stat.isDirectory()) for (const entry of fs.readdirSync(place).sort()) add(path.join(name, entry))
    else hash.update(`${name} ${stat.size}\n`).update(fs.readFileSync(place))
  }
  for (const source of sources) add(source)
  return hash.digest('hex')
}
