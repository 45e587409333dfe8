import { parseArgs } from 'node:util'
import { z } from 'zod'
import { StepFailed } from '#/scripts/stack/progress.ts'

const USAGE = '[--only NAME,NAME] [--seconds N] [--rounds N] [--json FILE] [--profile FOLDER]'

const schema = z.object({
  /** Names of measurements; all of them otherwise. */
  only: z
    .string()
    .transform((text) => text.split(','))
    .optional(),
  /** How long each side of a round lasts. */
  seconds: z.coerce.number().min(0.5).max(120).default(4),
  rounds: z.coerce.number().pipe(z.int().min(1).max(50)).default(5),
  json: z.string().optional(),
  profile: z.string().optional(),
})

export type BenchOptions = z.infer<typeof schema>

/** Throws `StepFailed` for what it does not understand, measurements that there are not included. */
export function readBenchOptions(args: readonly string[], command: string, names: readonly string[]): BenchOptions {
  try {
    const text = { type: 'string' } as const
    const { values } = parseArgs({ args: [...args], options: { only: text, seconds: text, rounds: text, json: text, profile: text } })
    const options = schema.parse(values)
    const unknown = options.only?.filter((name) => !names.includes(name)) ?? []
    if (unknown.length > 0) throw new Error(`there is no measurement ${unknown.join(', ')}: there are ${names.join(', ')}`)
    return options
  } catch (error) {
    throw new StepFailed('That is not how to start the bench', (error as Error).message, `Usage: npm run ${command} -- ${USAGE}`)
  }
}
