import fs from 'node:fs'
import path from 'node:path'
import { splitTags } from '../cache/as-of.ts'
import type { Stamped } from './purge.ts'

/** A thing that nginx keeps: under which key, and what it says it was made of. */
export type CachedObject = Stamped & { readonly key: string }

/** Headers of ours are some 7 KB; what stands before them, and a long key, are less than the rest. */
const HEAD_BYTES = 16 * 1024
/** While it is being written a file has a longer name. */
const FILE = /^[0-9a-f]{32}$/
const KEY = /\nKEY: (.*)\n/
const TAGS = /\r\ncache-tag: ([^\r]*)/i

type Known = CachedObject & { readonly ino: number; readonly mtimeMs: number }

/**
 * What stands in a cache of nginx', read from its own files: so it is exactly what could be sent, each form of a page by itself, whoever made
 * up its key. Files are written once and replaced by others, which is why each is read only once.
 */
export class CachedObjects {
  readonly #folder: string
  #known = new Map<string, Known>()

  constructor(folder: string) {
    this.#folder = folder
  }

  /** All that is there now. What comes while it looks may be missing. */
  look(): readonly CachedObject[] {
    const found = new Map<string, Known>()
    for (const file of this.#files()) {
      const object = this.#read(file)
      if (object) found.set(file, object)
    }
    this.#known = found
    return [...found.values()]
  }

  #files(): string[] {
    const entries = fs.readdirSync(this.#folder, { recursive: true, withFileTypes: true })
    return entries.filter((entry) => entry.isFile() && FILE.test(entry.name)).map((entry) => path.join(entry.parentPath, entry.name))
  }

  /** Null for one that has gone meanwhile. */
  #read(file: string): Known | null {
    const stat = fs.statSync(file, { throwIfNoEntry: false })
    if (!stat) return null
    const known = this.#known.get(file)
    if (known?.ino === stat.ino && known.mtimeMs === stat.mtimeMs) return known
    const [head = ''] = readBeginning(file).split('\r\n\r\n', 1)
    const key = KEY.exec(head)?.[1]
    if (key === undefined) return null
    const carried = TAGS.exec(head)?.[1]?.split(',') ?? []
    return { key, ...splitTags(carried.map((tag) => tag.trim())), ino: stat.ino, mtimeMs: stat.mtimeMs }
  }
}

/** Bytes as characters, as they are sent again in a header; none of a file that has gone. */
function readBeginning(file: string): string {
  let opened: number | undefined
  try {
    opened = fs.openSync(file, 'r')
    const bytes = Buffer.alloc(HEAD_BYTES)
    return bytes.toString('latin1', 0, fs.readSync(opened, bytes, 0, HEAD_BYTES, 0))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  } finally {
    if (opened !== undefined) fs.closeSync(opened)
  }
}
