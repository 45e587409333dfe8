import fs from 'node:fs'
import path from 'node:path'
import { onEndSignals } from '#/scripts/stack/on-end-signals.ts'
import { explain, Progress, StepFailed, seconds } from '#/scripts/stack/progress.ts'
import { endCommands } from '#/scripts/stack/run-command.ts'
import { openStateFolder } from '#/scripts/stack/state-folder.ts'
import { sweepTestStacks } from '#/scripts/stack/sweep-test-stacks.ts'
import { log } from '#/server/telemetry/log.ts'
import { busyWarning, describeMachine, sharedLoad } from './machine.ts'
import type { Bench, Measurement, Missing } from './measurement.ts'
import { type BenchOptions, readBenchOptions } from './options.ts'
import { reportOf, type Section } from './report.ts'

const project = path.resolve(import.meta.dirname, '../..')

/** A command that measures: `npm run NAME`, on servers of its own, as ratios to floors measured in the same run. Ends the process. */
export async function runBench(name: string, measurements: readonly Measurement[]): Promise<never> {
  const progress = new Progress()
  log.level = 'error' // that a core was rebuilt is nothing to tell of here
  onEndSignals((code) => {
    progress.cutShort()
    endCommands()
    process.exit(code)
  })
  try {
    const names = measurements.map((measurement) => measurement.name)
    await measureAll(measurements, readBenchOptions(process.argv.slice(2), name, names), progress)
  } catch (error) {
    progress.say(`\n${explain(error)}\n`)
    process.exit(1)
  }
  process.exit(0)
}

async function measureAll(
  measurements: readonly Measurement[],
  { only, json, profile, ...rest }: BenchOptions,
  progress: Progress,
): Promise<void> {
  const state = openStateFolder(project)
  await sweepTestStacks(state.tests)
  const startedAt = Date.now()
  const given: Omit<Bench, 'say'> = { ...rest, project, profiles: profile ? path.resolve(profile) : null }
  const sections: Section[] = []
  for (const measurement of measurements.filter(({ name }) => only?.includes(name) ?? true)) {
    const warning = busyWarning(await sharedLoad())
    const findings = await progress
      .step(measurement.title, (say) => measurement.run({ ...given, say }))
      .catch((error: unknown): readonly Missing[] => [missingFor(measurement, error)])
    sections.push({ title: measurement.title, findings, warnings: warning ? [warning] : [] })
  }
  progress.say(`\n${reportOf(sections, describeMachine())}\n\n${seconds(Date.now() - startedAt)} in all`)
  if (json) fs.writeFileSync(json, `${JSON.stringify({ machine: describeMachine(), ...rest, sections }, null, 2)}\n`)
}

/** What a machine lacks for one measurement is no reason to be silent on the others. Throws what is no such thing. */
function missingFor({ title }: Measurement, error: unknown): Missing {
  if (!(error instanceof StepFailed)) throw error
  return { what: title, missing: `${error.message}: ${error.why} ${error.todo}` }
}
