import fs from 'node:fs'
import path from 'node:path'
import { generatePrismaClient } from './prisma-client.ts'
import type { Progress } from './progress.ts'
import { runNode } from './run-command.ts'
import { runCheck, runSuite, type Suite } from './suites.ts'
import { readVitestReport, type Tally } from './tally.ts'

/** Everything of ours that imports something. */
const CRUISED = ['app', 'components', 'domain', 'drill', 'e2e', 'prisma', 'scripts', 'server', 'workers', 'proxy.ts']
/** Far less than there are: it means that the tool could read nothing at all. */
const FEWEST_MODULES = 100

/** What `npm run verify` runs, on every commit: generated code, format and lint, types, import rules, unit tests. */
export async function runQuickSuites(project: string, reports: string, progress: Progress): Promise<Tally[]> {
  const tallies = [await runCheck('generated code', () => generate(project, reports), progress)]
  for (const suite of quickSuites(project, reports)) tallies.push(await runSuite(suite, progress))
  return tallies
}

export function vitestSuite(name: string, projectName: string, reports: string, timeoutMs: number): Suite {
  const file = path.join(reports, `vitest-${projectName}.${process.pid}.json`)
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  return {
    name,
    args: ['node_modules/vitest/vitest.mjs', 'run', '--project', projectName, ...reporters],
    env: { ...process.env, NO_COLOR: '1' },
    timeoutMs,
    report: { file, read: readVitestReport },
  }
}

function quickSuites(project: string, reports: string): Suite[] {
  const cruised = CRUISED.filter((name) => fs.existsSync(path.join(project, name)))
  const rules = ['--config', '.dependency-cruiser.mjs', '--output-type', 'err']
  return [
    { name: 'format and lint', args: ['node_modules/@biomejs/biome/bin/biome', 'ci', '--colors=off', '.'], timeoutMs: 60_000 },
    { name: 'types', args: ['node_modules/typescript/bin/tsc', '--noEmit', '-p', '.'], timeoutMs: 120_000 },
    {
      name: 'import rules',
      args: ['node_modules/dependency-cruiser/bin/dependency-cruiser.mjs', ...rules, ...cruised],
      timeoutMs: 60_000,
      isEmpty: (output) => Number(/(\d+) modules/.exec(output)?.[1] ?? 0) < FEWEST_MODULES,
    },
    vitestSuite('unit tests', 'unit', reports, 120_000),
  ]
}

/** What types and tests need that is not in git: the database client, and the types of the routes that there are now. */
async function generate(project: string, reports: string): Promise<void> {
  await generatePrismaClient(project, reports)
  fs.rmSync(path.join(project, '.next-test', 'types'), { recursive: true, force: true }) // of the routes that there were
  await runNode({
    name: 'route types',
    what: 'The types of the routes could not be generated',
    todo: 'See app/.',
    project,
    args: ['node_modules/next/dist/bin/next', 'typegen'],
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' },
    timeoutMs: 60_000,
  })
}
