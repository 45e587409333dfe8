import fs from 'node:fs'
import path from 'node:path'
import { librariesIn, unpackDebian } from '#/scripts/stack/debian-packages.ts'
import { runCommand } from '#/scripts/stack/run-command.ts'
import { openStateFolder } from '#/scripts/stack/state-folder.ts'
import { makeToolFolder } from '#/scripts/stack/tool-folder.ts'

/** Beyond the time that it is to ask for. */
const TIMEOUT_MS = 30_000

/** A generator that costs less than what it asks: one in Node would be what is measured. */
export type Wrk = {
  /** Answers a second over whole seconds, on connections that stay open. Throws when anything but 2xx is answered. */
  rate(url: string, headers: Readonly<Record<string, string>>, connections: number, seconds: number): Promise<number>
}

export const NO_WRK = 'wrk is neither on the path nor to be had from Debian (apt-get install wrk)'

/** On the path, else from Debian's package; null where there is neither. */
export async function findWrk(project: string): Promise<Wrk | null> {
  const found = (process.env.PATH ?? '').split(path.delimiter).find((folder) => folder && fs.existsSync(path.join(folder, 'wrk')))
  if (found) return wrkAt(path.join(found, 'wrk'), {})
  try {
    const packages = { packages: ['wrk'], program: 'usr/bin/wrk' }
    const folder = await makeToolFolder(openStateFolder(project).tools, 'wrk', (draft) => unpackDebian(draft, packages))
    return wrkAt(path.join(folder, 'usr/bin/wrk'), { LD_LIBRARY_PATH: librariesIn(folder) })
  } catch {
    return null
  }
}

/** It knows no parts of a second. */
export function wholeSeconds(seconds: number): number {
  return Math.max(1, Math.round(seconds))
}

function wrkAt(command: string, env: Record<string, string>): Wrk {
  return {
    async rate(url, headers, connections, seconds) {
      const lasts = wholeSeconds(seconds)
      const said = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`])
      const { why, output } = await runCommand({
        name: 'wrk',
        command,
        args: ['-t', '1', '-c', `${connections}`, '-d', `${lasts}s`, ...said, url],
        cwd: '/',
        env: { ...process.env, ...env },
        timeoutMs: lasts * 1000 + TIMEOUT_MS,
      })
      const rate = /^Requests\/sec:\s+([\d.]+)/m.exec(output)?.[1]
      if (why !== null || !rate || /Non-2xx|Socket errors/.test(output)) throw new Error(`wrk ${url}: ${why ?? ''} ${output.slice(-500)}`)
      return Number(rate)
    },
  }
}
