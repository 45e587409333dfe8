import { runCommand } from './run-command.ts'

const COPY_TIMEOUT_MS = 30_000

/** Copies a folder with its owners and modes; costs next to nothing where the file system shares blocks. `to` must not be there yet. */
export async function copyFolder(from: string, to: string): Promise<void> {
  const { why, output } = await runCommand({
    name: `copy to ${to}`,
    command: 'cp',
    args: [...(process.platform === 'linux' ? ['-a', '--reflink=auto'] : ['-a']), from, to],
    cwd: '/',
    env: process.env,
    timeoutMs: COPY_TIMEOUT_MS,
  })
  if (why !== null) throw new Error(`${from} could not be copied: ${output}${why}`)
}
