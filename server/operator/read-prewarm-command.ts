import { parseArgs } from 'node:util'
import { z } from 'zod'
import { ok, type Result } from '#/domain/result.ts'
import { type Usage, usage } from './usage.ts'

const MOST_AT_ONCE = 32

export const PREWARM_USAGE = `npm run prewarm [-- OPTIONS]

  Asks for the pages of the sitemap and of sales that are on or begin within the hour, in each form that browsers ask for, and for their
  photographs and scripts, until all of it is kept; then once more, and says how much of it each layer has. Nothing is changed by it.

  Without an address it walks each web process that runs here, then the edge, where one runs.

  --url URL       walks this address instead, an edge or a web process, as it says itself; several in this order
  --edge URL      the same, and it has to be an edge: what comes from a web process counts as a miss
  --public URL    how shoppers call the shop, where its pages name another address than those above
  --sale SLUG     the pages of this sale too, whenever it is; several
  --at-once N     so many questions at a time, 8 unless told otherwise, ${MOST_AT_ONCE} at most
  --json          for machines

Ends with 0 when each layer that is there has 95 % or more, 1 when one has not, a page of a sale fails, or it is stopped, 2 for what it does not
understand, 3 when nobody answers.`

export type PrewarmCommand =
  | { readonly name: 'help' }
  | {
      readonly name: 'prewarm'
      /** Origins; none for those that the environment names. */
      readonly places: readonly { readonly origin: string; readonly mustBeEdge: boolean }[]
      readonly publicOrigin: string | null
      readonly sales: readonly string[]
      readonly atOnce: number
    }

export type PrewarmAsked = { readonly command: PrewarmCommand; readonly json: boolean }

const OPTIONS = {
  url: { type: 'string', multiple: true },
  edge: { type: 'string', multiple: true },
  public: { type: 'string' },
  sale: { type: 'string', multiple: true },
  'at-once': { type: 'string', default: '8' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

/** Without a path, and without anybody's password. */
const origin = z
  .url({ protocol: /^https?$/ })
  .refine((text) => /^[^@?#]*$/.test(text) && new URL(text).pathname === '/')
  .transform((text) => new URL(text).origin)
const slug = z.string().regex(/^[a-z0-9-]{1,120}$/)
const atOnce = z
  .string()
  .regex(/^\d{1,3}$/)
  .transform(Number)
  .pipe(z.int().min(1).max(MOST_AT_ONCE))

/** What the words of a command line ask for; what they do not say is a failure in words. */
export function readPrewarmCommand(args: readonly string[]): Result<PrewarmAsked, Usage> {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true })
    const { json, help } = values
    if (help || (positionals.length === 1 && positionals[0] === 'help')) return ok({ command: { name: 'help' }, json })
    if (positionals.length > 0) return usage(`prewarm takes options only, and not ${positionals.join(' ')}`)
    const read = z
      .object({ urls: z.array(origin), edges: z.array(origin), public: origin.nullable() })
      .safeParse({ urls: values.url ?? [], edges: values.edge ?? [], public: values.public ?? null })
    if (!read.success) return usage('an address is one without a path, such as https://shop.example')
    const sales = z
      .array(slug)
      .max(20)
      .safeParse(values.sale ?? [])
    if (!sales.success) return usage('--sale takes the name of a sale as it stands in its address, such as black-friday; 20 at most')
    const number = atOnce.safeParse(values['at-once'])
    if (!number.success) return usage(`--at-once takes a number from 1 to ${MOST_AT_ONCE}`)
    const { urls, edges, public: publicOrigin } = read.data
    const places = [...urls.map((one) => ({ origin: one, mustBeEdge: false })), ...edges.map((one) => ({ origin: one, mustBeEdge: true }))]
    return ok({ command: { name: 'prewarm', places, publicOrigin, sales: sales.data, atOnce: number.data }, json })
  } catch (error) {
    return usage((error as Error).message)
  }
}
