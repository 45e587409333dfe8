import path from 'node:path'
import { StepFailed } from './progress.ts'
import { runNode } from './run-command.ts'

/** Imports the seed catalogue into a migrated database, unless it is there already. Returns its fingerprint. */
export async function importSeed(
  project: string,
  databaseUrl: string,
  logs: string,
  say: (detail: string) => void = () => {},
): Promise<string> {
  const logFile = path.join(logs, 'seed.log')
  const output = await runNode({
    name: 'seed',
    what: 'The seed catalogue could not be imported',
    todo: `The whole of what it said is in ${logFile}.`,
    project,
    args: ['prisma/seed.ts'],
    env: { ...process.env, DATABASE_URL: databaseUrl },
    logFile,
    timeoutMs: 120_000,
    onLine: (line) => {
      if (!line.startsWith('catalogue ')) say(line)
    },
  })
  const fingerprint = /^catalogue (\S+)$/m.exec(output)?.[1]
  if (!fingerprint) throw new StepFailed('The seed catalogue could not be imported', output, 'Its last line should name its fingerprint.')
  return fingerprint
}
