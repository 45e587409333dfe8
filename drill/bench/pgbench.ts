import fs from 'node:fs'
import path from 'node:path'
import { runCommand } from '#/scripts/stack/run-command.ts'

const TIMEOUT_MARGIN_MS = 60_000
/** Below that, a busy machine may not have every client connected before the end. */
const LEAST_SECONDS = 3
const DEBIAN = '/usr/lib/postgresql'

export const NO_PGBENCH =
  'pgbench is not on the path nor where Debian puts it; it is in the package postgresql (apt-get install postgresql)'

/** Where pgbench is; null where it is missing. */
export function findPgbench(searchPath: string): string | null {
  const versions = fs.existsSync(DEBIAN) ? fs.readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : []
  const folders = [...versions.map((version) => path.join(DEBIAN, version, 'bin')), ...searchPath.split(path.delimiter)]
  return folders.map((folder) => path.join(folder, 'pgbench')).find((program) => fs.existsSync(program)) ?? null
}

/** Transactions a second of a script from so many clients, each on a connection of its own, statements prepared. */
export async function runPgbench(
  program: string,
  {
    url,
    script,
    clients,
    seconds,
    variables,
  }: { url: URL; script: string; clients: number; seconds: number; variables: Record<string, number> },
): Promise<number> {
  const defined = Object.entries(variables).flatMap(([name, value]) => ['-D', `${name}=${value}`])
  const { why, output } = await runCommand({
    name: 'pgbench',
    command: program,
    args: [
      ...[
        '-h',
        url.hostname,
        '-p',
        url.port,
        '-U',
        url.username,
        '-c',
        `${clients}`,
        '-j',
        '2',
        '-T',
        `${Math.max(LEAST_SECONDS, Math.ceil(seconds))}`,
      ],
      ...['-n', '-M', 'prepared', ...defined, '-f', script, url.pathname.slice(1)],
    ],
    cwd: '/',
    env: { PGPASSWORD: url.password, LC_ALL: 'C' },
    timeoutMs: seconds * 1000 + TIMEOUT_MARGIN_MS,
  })
  const rate = /^tps = ([\d.]+)/m.exec(output)?.[1]
  if (why !== null || !rate) throw new Error(`pgbench: ${why ?? ''} ${output.slice(-500)}`)
  return Number(rate)
}
