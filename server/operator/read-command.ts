import { parseArgs } from 'node:util'
import { z } from 'zod'
import { ok, type Result } from '#/domain/result.ts'
import { ALL_SHARDS, type Shard } from '#/domain/sharding.ts'
import { isSku, type Sku, sku } from '#/domain/sku.ts'
import { type Usage, usage } from './usage.ts'

export const USAGE = `npm run stock -- COMMAND        (nothing is changed without --yes)

  reconcile [--mend]            compares core with Postgres; --mend says what it would mend
  rebuild SHARD|all             fills core anew from Postgres, under a new epoch
  explain SKU                   what is on hand, held and sold of it, and whether it can be bought now
  order ID|NUMBER               the whole story of an order (SD-XXXX-XXXX works too)
  dead-letters                  records that could not become orders
  dead-letters show LETTER      one of them, whole
  dead-letters retry LETTER     tries it again, after what it needs was mended
  dead-letters close LETTER     rejects the order, and gives back what it holds

  --yes    does it           --json    for machines
  --people shows e-mail addresses too

Ends with 0 when all is well, 1 when something is not, 2 for what it does not understand, 3 when a server is away.`

export type StockCommand =
  | { readonly name: 'help' }
  | { readonly name: 'reconcile'; readonly mend: boolean }
  | { readonly name: 'rebuild'; readonly shards: readonly Shard[] }
  | { readonly name: 'explain'; readonly sku: Sku }
  | { readonly name: 'order'; readonly order: string }
  | { readonly name: 'dead-letters' }
  | { readonly name: 'show' | 'retry' | 'close'; readonly letter: LetterId }

/** A dead letter is named by its shard and its entry in that shard's stream: `0/1764087600000-0`. */
export type LetterId = { readonly shard: Shard; readonly entryId: string }

export type Asked = {
  readonly command: StockCommand
  readonly yes: boolean
  readonly json: boolean
  readonly people: boolean
}

const OPTIONS = {
  yes: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  people: { type: 'boolean', default: false },
  mend: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

/** What the words of a command line ask for; what they do not say is a failure in words. */
export function readCommand(args: readonly string[]): Result<Asked, Usage> {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true })
    const { yes, json, people, mend, help } = values
    const command = help ? ok<StockCommand>({ name: 'help' }) : readWords(positionals, mend)
    return command.ok ? ok({ command: command.value, yes, json, people }) : command
  } catch (error) {
    return usage((error as Error).message)
  }
}

function readWords([name = 'help', first, second, ...rest]: string[], mend: boolean): Result<StockCommand, Usage> {
  if (rest.length > 0) return usage(`too many words after ${name}`)
  switch (name) {
    case 'help':
      return ok({ name })
    case 'reconcile':
      return first === undefined ? ok({ name, mend }) : usage('reconcile takes no words')
    case 'rebuild': {
      if (first === 'all' && second === undefined) return ok({ name, shards: ALL_SHARDS })
      const shard = z.coerce.number().pipe(z.int()).safeParse(first)
      if (!first || second !== undefined || !shard.success || !ALL_SHARDS.includes(shard.data)) {
        return usage(`rebuild takes a shard, from 0 to ${ALL_SHARDS.length - 1}, or all`)
      }
      return ok({ name, shards: [shard.data] })
    }
    case 'explain':
      if (first === undefined || second !== undefined || !isSku(first)) return usage('explain takes one SKU, such as CANVASHI-BLACK-42')
      return ok({ name, sku: sku(first) })
    case 'order':
      if (first === undefined || second !== undefined) return usage('order takes an id, or a number such as SD-7F3K-92QX')
      return ok({ name, order: first })
    case 'dead-letters': {
      if (first === undefined) return ok({ name })
      if (first !== 'show' && first !== 'retry' && first !== 'close') return usage('dead-letters knows show, retry and close')
      const letter = readLetterId(second ?? '')
      return letter ? ok({ name: first, letter }) : usage(`${first} takes one dead letter, named as in the list: 0/1764087600000-0`)
    }
    default:
      return usage(`there is no command ${name}`)
  }
}

const LETTER = /^(\d{1,4})\/(\d{1,20}-\d{1,20})$/

export function readLetterId(text: string): LetterId | null {
  const [, shard, entryId] = LETTER.exec(text) ?? []
  return shard && entryId && ALL_SHARDS.includes(Number(shard)) ? { shard: Number(shard), entryId } : null
}
