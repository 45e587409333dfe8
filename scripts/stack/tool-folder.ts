import fs from 'node:fs'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { identify } from './process-identity.mjs'
import { takeLock } from './run-lock.mjs'

const LOOK_MS = 200

/**
 * A folder of `tools` that is made once: `make` fills a draft, and it gets its name when it is whole, so that nobody sees half of it. Whoever
 * wants one that is being made waits for it, and makes it himself where that failed. Drafts of processes that died are removed.
 */
export async function makeToolFolder(tools: string, name: string, make: (draft: string) => Promise<void>): Promise<string> {
  const folder = path.join(tools, name)
  const locks = path.join(tools, '.locks', name)
  while (!fs.existsSync(folder)) {
    fs.mkdirSync(locks, { recursive: true })
    const { release } = takeLock(locks)
    if (!release) {
      await setTimeout(LOOK_MS)
      continue
    }
    try {
      if (!fs.existsSync(folder)) await makeWhole(tools, folder, make)
    } finally {
      release()
    }
  }
  return folder
}

async function makeWhole(tools: string, folder: string, make: (draft: string) => Promise<void>): Promise<void> {
  for (const entry of fs.readdirSync(tools)) {
    const pid = /\.(\d+)\.part$/.exec(entry)?.[1]
    if (pid && !identify(Number(pid))) fs.rmSync(path.join(tools, entry), { recursive: true, force: true })
  }
  const draft = `${folder}.${process.pid}.part`
  fs.rmSync(draft, { recursive: true, force: true }) // of another process that once had our number
  fs.mkdirSync(draft)
  try {
    await make(draft)
    fs.renameSync(draft, folder)
  } finally {
    fs.rmSync(draft, { recursive: true, force: true })
  }
}
