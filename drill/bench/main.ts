import fs from 'node:fs'
import path from 'node:path'
import { onEndSignals } from '#/scripts/stack/on-end-signals.ts'
import { explain, Progress, seconds } from '#/scripts/stack/progress.ts'
import { endCommands } from '#/scripts/stack/run-command.ts'
import { openStateFolder } from '#/scripts/stack/state-folder.ts'
import { sweepTestStacks } from '#/scripts/stack/sweep-test-stacks.ts'
import { log } from '#/server/telemetry/log.ts'
import { acknowledging } from './acknowledging.ts'
import { answering } from './answering.ts'
import { confirming } from './confirming.ts'
import { intake } from './intake.ts'
import { busyWarning, describeMachine, sharedLoad } from './machine.ts'
import type { Bench, Measurement } from './measurement.ts'
import { type BenchOptions, readBenchOptions } from './options.ts'
import { placing } from './placing.ts'
import { reportOf, type Section } from './report.ts'

/** `npm run bench:orders`: how fast the order engine is, as ratios to floors measured in the same run on servers of its own. */
const MEASUREMENTS: readonly Measurement[] = [placing, acknowledging, intake, confirming, answering]

const project = path.resolve(import.meta.dirname, '../..')
const progress = new Progress()
log.level = 'error' // that a core was rebuilt is nothing to tell of here
onEndSignals((code) => {
  progress.cutShort()
  endCommands()
  process.exit(code)
})

try {
  await bench(
    readBenchOptions(
      process.argv.slice(2),
      MEASUREMENTS.map(({ name }) => name),
    ),
  )
  process.exit(0)
} catch (error) {
  progress.say(`\n${explain(error)}\n`)
  process.exit(1)
}

async function bench({ only, json, profile, ...rest }: BenchOptions): Promise<void> {
  const state = openStateFolder(project)
  await sweepTestStacks(state.tests)
  const startedAt = Date.now()
  const given: Omit<Bench, 'say'> = { ...rest, project, profiles: profile ? path.resolve(profile) : null }
  const sections: Section[] = []
  for (const measurement of MEASUREMENTS.filter(({ name }) => only?.includes(name) ?? true)) {
    const warning = busyWarning(await sharedLoad())
    const findings = await progress.step(measurement.title, (say) => measurement.run({ ...given, say }))
    sections.push({ title: measurement.title, findings, warnings: warning ? [warning] : [] })
  }
  progress.say(`\n${reportOf(sections, describeMachine())}\n\n${seconds(Date.now() - startedAt)} in all`)
  if (json) fs.writeFileSync(json, `${JSON.stringify({ machine: describeMachine(), ...rest, sections }, null, 2)}\n`)
}
