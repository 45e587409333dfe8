import fs from 'node:fs'
import path from 'node:path'
import { identify } from './process-identity.mjs'

/**
 * A folder of `tools` that is made once: `make` fills a draft, and it gets its name when it is whole, so that nobody sees half of it. Two
 * processes may make it at once; the first counts. Drafts of processes that died are removed.
 */
export async function makeToolFolder(tools: string, name: string, make: (draft: string) => Promise<void>): Promise<string> {
  const folder = path.join(tools, name)
  if (fs.existsSync(folder)) return folder
  for (const entry of fs.readdirSync(tools)) {
    const pid = /\.(\d+)\.part$/.exec(entry)?.[1]
    if (pid && !identify(Number(pid))) fs.rmSync(path.join(tools, entry), { recursive: true, force: true })
  }
  const draft = path.join(tools, `${name}.${process.pid}.part`)
  fs.rmSync(draft, { recursive: true, force: true }) // of another process that once had our number
  fs.mkdirSync(draft)
  try {
    await make(draft)
    fs.renameSync(draft, folder)
  } catch (error) {
    if (!isTaken(error)) throw error
  } finally {
    fs.rmSync(draft, { recursive: true, force: true })
  }
  return folder
}

/** Whether a rename failed because what it would make is there already. */
export function isTaken(error: unknown): boolean {
  return ['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')
}
