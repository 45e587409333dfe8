import { readdir, rm, stat } from 'node:fs/promises'
import path from 'node:path'

const AN_HOUR_MS = 3_600_000

/** Removes what a process that was killed has left of files that it wrote (write-whole.ts), once nobody can be writing them any more. */
export async function sweepDrafts(folder: string, nowMs: number): Promise<number> {
  const names = await readdir(/* turbopackIgnore: true */ folder, { recursive: true }).catch(ifMissing)
  let swept = 0
  for (const name of names) {
    if (!name.endsWith('.part')) continue
    const draft = path.join(folder, name)
    const written = await stat(draft).catch(() => null)
    if (!written?.isFile() || nowMs - written.mtimeMs < AN_HOUR_MS) continue
    await rm(draft, { force: true })
    swept += 1
  }
  return swept
}

function ifMissing(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return []
  throw error
}
