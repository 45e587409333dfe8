import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { findServers } from './stack/operator.ts'
import { generatePrismaClient } from './stack/prisma-client.ts'
import { explain } from './stack/progress.ts'
import { openStateFolder } from './stack/state-folder.ts'

/** `npm run stock`: finds the servers, then runs server/operator/main.ts on them. Exit code 3 when there are none. */
const SERVER_AWAY = 3
const project = path.dirname(import.meta.dirname)
const args = process.argv.slice(2)
process.exitCode = await run()

async function run(): Promise<number> {
  try {
    if (asksForHelp(args)) return await answer({})
    const { env, where } = findServers(process.env, ['DATABASE_URL', 'CORE_REDIS_URL'], () => openStateFolder(project))
    if (process.stderr.isTTY) console.error(`Looking at ${where}.\n`)
    return await answer(env)
  } catch (error) {
    console.error(explain(error))
    return SERVER_AWAY
  }
}

/** Its log goes beside those of the store, where there is one on this machine, so that the terminal shows the answer alone. */
async function answer(env: Record<string, string>): Promise<number> {
  const logs = path.join(project, '.saleday', 'logs')
  const hasLogs = fs.existsSync(logs)
  if (!fs.existsSync(path.join(project, 'server/db/generated'))) await generatePrismaClient(project, openStateFolder(project).logs)
  const log = hasLogs ? fs.openSync(path.join(logs, 'stock.log'), 'a') : 'ignore'
  const child = spawn(process.execPath, ['server/operator/main.ts', ...args], {
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

function asksForHelp(words: readonly string[]): boolean {
  return words.length === 0 || words.includes('--help') || words.includes('help')
}
