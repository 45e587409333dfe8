import { type ChildProcess, spawn } from 'node:child_process'
import fs from 'node:fs'
import { StepFailed } from './progress.ts'

export type Command = {
  /** What failed, should it fail, and what to do about it. */
  readonly what: string
  readonly todo: string
  readonly project: string
  readonly args: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly logFile: string
  readonly timeoutMs: number
  /** Hears each line that it prints. */
  readonly onLine?: (line: string) => void
}

const SAID_LAST = 25

const running = new Set<ChildProcess>()

/** Ends every command that is still at work, with whatever it has started. */
export function endRunningCommands(): void {
  for (const child of running) endGroup(child)
}

/** Runs one of our programs on this Node to its end and returns what it printed. Throws `StepFailed` with the end of it when it fails. */
export async function runNode({ what, todo, project, args, env, logFile, timeoutMs, onLine }: Command): Promise<string> {
  const log = fs.createWriteStream(logFile, { flags: 'a' })
  const child = spawn(process.execPath, args, { cwd: project, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  running.add(child)
  let output = ''
  const read = (chunk: Buffer) => {
    const text = chunk.toString()
    output += text
    log.write(text)
    for (const line of text.split('\n')) if (line.trim()) onLine?.(line.trim())
  }
  child.stdout.on('data', read)
  child.stderr.on('data', read)
  let late = false
  const timer = setTimeout(() => {
    late = true
    endGroup(child)
  }, timeoutMs)
  const end = await new Promise<string | null>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('close', (code, signal) => resolve(code === 0 ? null : `it ended with ${signal ?? `code ${code}`}`))
  })
  clearTimeout(timer)
  running.delete(child)
  log.end()
  if (end === null) return output
  const why = late ? `it took longer than ${timeoutMs / 1000} s` : end
  throw new StepFailed(what, `${why}\n\n${output.trim().split('\n').slice(-SAID_LAST).join('\n')}`, todo)
}

function endGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
