import { parseArgs } from 'node:util'
import { z } from 'zod'
import { StepFailed } from '#/scripts/stack/progress.ts'
import { AUDIT_PAGES, type AuditPage } from './audit-page.ts'

const USAGE = 'Usage: npm run audit -- [--runs N] [--page NAME,NAME]'

const schema = z.object({
  /** Of each page in each form; the middle one counts. */
  runs: z.coerce.number().pipe(z.int().min(1).max(25)).default(5),
  /** Names of pages; all of them otherwise. */
  page: z
    .string()
    .transform((text) => text.split(','))
    .optional(),
})

export type AuditOptions = { readonly runs: number; readonly pages: readonly AuditPage[] }

/** Throws `StepFailed` for what it does not understand, pages that there are not included. */
export function readAuditOptions(args: readonly string[]): AuditOptions {
  try {
    const text = { type: 'string' } as const
    const { values } = parseArgs({ args: [...args], options: { runs: text, page: text } })
    const { runs, page } = schema.parse(values)
    const names = AUDIT_PAGES.map(({ name }) => name)
    const unknown = page?.filter((name) => !names.includes(name)) ?? []
    if (unknown.length > 0) throw new Error(`there is no page ${unknown.join(', ')}: there are ${names.join(', ')}`)
    return { runs, pages: AUDIT_PAGES.filter(({ name }) => page?.includes(name) ?? true) }
  } catch (error) {
    throw new StepFailed('That is not how to start the audit', (error as Error).message, USAGE)
  }
}
