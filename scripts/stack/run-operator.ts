import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { findServers, type OperatorAddress, type OperatorServers } from './operator.ts'
import { generatePrismaClient } from './prisma-client.ts'
import { explain } from './progress.ts'
import { openStateFolder, type StateFolder } from './state-folder.ts'

const SERVER_AWAY = 3

/** A program that answers an operator, and the file that its log goes to. */
export type OperatorProgram = {
  readonly program: string
  readonly log: string
  /** Which servers it works with: both, unless it says so. */
  readonly needed?: readonly OperatorAddress[]
  /** What it works on, where that is something else; null where these words need nothing. */
  readonly find?: (args: readonly string[], openState: () => StateFolder) => OperatorServers | null
}

const BOTH: readonly OperatorAddress[] = ['DATABASE_URL', 'CORE_REDIS_URL']

/**
 * Finds the servers and runs a program for operators on them. Its log goes beside those of the store, where there is one on this machine, so
 * that the terminal shows the answer alone. Returns its exit code; 3 when there are no servers.
 */
export async function runOperator(project: string, program: OperatorProgram, args: readonly string[]): Promise<number> {
  try {
    const { needed = BOTH, find = (words, openState) => findForOperators(words, needed, openState) } = program
    const found = find(args, () => openStateFolder(project))
    if (found && process.stderr.isTTY) console.error(`Looking at ${found.where}.\n`)
    return await run(project, program, args, found?.env ?? {})
  } catch (error) {
    console.error(explain(error))
    return SERVER_AWAY
  }
}

async function run(
  project: string,
  { program, log: file }: OperatorProgram,
  args: readonly string[],
  env: Record<string, string>,
): Promise<number> {
  const logs = path.join(project, '.saleday', 'logs')
  const hasLogs = fs.existsSync(logs)
  if (!fs.existsSync(path.join(project, 'server/db/generated'))) await generatePrismaClient(project, openStateFolder(project).logs)
  const log = hasLogs ? fs.openSync(path.join(logs, file), 'a') : 'ignore'
  const child = spawn(process.execPath, [program, ...args], {
    cwd: project,
    stdio: ['inherit', 'inherit', 'inherit', log],
    env: { ...process.env, ...env, LOG_FD: hasLogs ? '3' : '2' },
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal ? os.constants.signals[signal] : 0)))
  })
}

function findForOperators(
  words: readonly string[],
  needed: readonly OperatorAddress[],
  openState: () => StateFolder,
): OperatorServers | null {
  if (words.length === 0 || words.includes('--help') || words.includes('help')) return null
  return findServers(process.env, needed, openState)
}
