import { type ChildProcess, spawn } from 'node:child_process'
import fs from 'node:fs'
import { killGroup } from './end-process.ts'
import { identify, type ProcessIdentity } from './process-identity.mjs'
import { StepFailed } from './progress.ts'
import type { Environment } from './service.ts'

export type Command = {
  /** What it is called in the record of what runs. */
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: Environment
  readonly user?: { readonly uid: number; readonly gid: number } | null
  readonly logFile?: string
  readonly timeoutMs: number
  /** Hears each line that it prints. */
  readonly onLine?: (line: string) => void
}

export type NodeCommand = Omit<Command, 'command' | 'cwd'> & {
  readonly project: string
  /** What failed, should it fail, and what to do about it. */
  readonly what: string
  readonly todo: string
}

/** How a command ended: `why` is null when it succeeded. */
export type Ended = { readonly why: string | null; readonly output: string }

const SAID_LAST_LINES = 25
const OUTPUT_LIMIT = 2_000_000

const running = new Set<ChildProcess>()

/** Hears of each command that starts and ends, so that what a killed starter leaves behind is on record. */
export const commandEvents = {
  started: (_name: string, _identity: ProcessIdentity): void => {},
  ended: (_name: string): void => {},
}

let isOver = false

/** Kills every command that is still at work, with whatever it has started. No other one runs from then on. */
export function endCommands(): void {
  isOver = true
  for (const child of running) if (child.pid !== undefined) killGroup(child.pid)
}

/** Runs a program to its end, in a process group of its own, and returns how it ended and the last of what it printed. */
export async function runCommand({ name, command, args, cwd, env, user, logFile, timeoutMs, onLine }: Command): Promise<Ended> {
  if (isOver) return { why: 'everything is being stopped', output: '' }
  const log = logFile ? fs.createWriteStream(logFile, { flags: 'a' }) : null
  const child = spawn(command, args, {
    cwd,
    env: env as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    ...(user ?? {}),
  })
  running.add(child)
  const identity = child.pid === undefined ? null : identify(child.pid)
  if (identity) commandEvents.started(name, identity)
  let output = ''
  const read = (chunk: Buffer) => {
    const text = chunk.toString()
    output = (output + text).slice(-OUTPUT_LIMIT)
    log?.write(text)
    for (const line of text.split('\n')) if (line.trim()) onLine?.(line.trim())
  }
  child.stdout.on('data', read)
  child.stderr.on('data', read)
  let late = false
  const timer = setTimeout(() => {
    late = true
    if (child.pid !== undefined) killGroup(child.pid)
  }, timeoutMs)
  const why = await new Promise<string | null>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('close', (code, signal) => resolve(code === 0 ? null : `it ended with ${signal ?? `code ${code}`}`))
  })
  clearTimeout(timer)
  running.delete(child)
  commandEvents.ended(name)
  if (log) await new Promise<void>((closed) => log.end(closed))
  return { why: late ? `it took longer than ${timeoutMs / 1000} s` : why, output }
}

/** Runs one of our programs on this Node to its end and returns what it printed. Throws `StepFailed` with the end of it when it fails. */
export async function runNode({ what, todo, project, ...command }: NodeCommand): Promise<string> {
  const { why, output } = await runCommand({ ...command, command: process.execPath, cwd: project })
  if (why === null) return output
  throw new StepFailed(what, `${why}\n\n${output.trim().split('\n').slice(-SAID_LAST_LINES).join('\n')}`, todo)
}
