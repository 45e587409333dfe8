import { constants } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'

/** The bytes of a file that is kept; null when it is not there, or empty. A link, which could lead elsewhere, is not followed. */
export async function readKept(file: string): Promise<Buffer | null> {
  const bytes = await readFile(file, { flag: constants.O_RDONLY | constants.O_NOFOLLOW }).catch(() => null)
  return bytes && bytes.length > 0 ? bytes : null
}

/** An empty file is none: a full disk leaves them. */
export async function hasBytes(file: string): Promise<boolean> {
  return ((await stat(file).catch(() => null))?.size ?? 0) > 0
}
