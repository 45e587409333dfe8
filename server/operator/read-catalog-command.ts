import { parseArgs } from 'node:util'
import { z } from 'zod'
import { ok, type Result } from '#/domain/result.ts'
import { isSku, type Sku } from '#/domain/sku.ts'
import { isTag } from '../cache/manifest.ts'
import { amount } from './amount.ts'
import { productCode } from './product-code.ts'
import { type Usage, usage } from './usage.ts'
import { isMeant, WRITING_OPTIONS } from './writing-options.ts'

export const CATALOG_USAGE = `npm run catalog -- COMMAND        (nothing is changed without --yes)

  show [PRODUCT]          what there is, at which price; of one product, each SKU
  set-price SKU 19.99     the price from now on, in euros; the one that was crossed out goes
  publish PRODUCT|SKU     shows a product; sells a SKU again, from now on
  withdraw PRODUCT|SKU    takes a product from every page, or a SKU from sale
  restock SKU UNITS       so many more on hand
  touch TAG               has whatever carries a cache tag made anew, after an edit that was told to nobody

  PRODUCT is a product's code, such as CANVASHI. A name that is both a product's and a SKU's means the product, and for publish both.
  Tags are those of server/cache/manifest.ts, such as product:CANVASHI or catalogue.

  --yes    does it           --dry-run  does nothing, whatever else is said           --json  for machines

Ends with 0 when all is well, 1 when it cannot be done, 2 for what it does not understand, 3 when a server is away.`

const unit = z.custom<Sku>((text) => typeof text === 'string' && isSku(text), 'a SKU, such as CANVASHI-BLACK-42')
const product = z.string('a product, such as CANVASHI').pipe(productCode)
const named = z.union([unit, productCode])
const MOST_UNITS = 1_000_000

/** What each command takes, in words and as it is read. */
const COMMANDS = {
  show: { takes: 'a product, such as CANVASHI, or nothing', words: z.tuple([product.optional()]) },
  'set-price': {
    takes: 'a SKU and a price in euros, above nothing: CANVASHI-BLACK-42 19.99',
    words: z.tuple([unit, amount]),
  },
  publish: { takes: 'a product, such as CANVASHI, or a SKU of it', words: z.tuple([named]) },
  withdraw: { takes: 'a product, such as CANVASHI, or a SKU of it', words: z.tuple([named]) },
  restock: {
    takes: `a SKU and how many units more, up to ${MOST_UNITS}: CANVASHI-BLACK-42 20`,
    words: z.tuple([
      unit,
      z
        .string()
        .regex(/^\d{1,7}$/)
        .transform(Number)
        .pipe(z.int().min(1).max(MOST_UNITS)),
    ]),
  },
  touch: { takes: 'a cache tag, such as product:CANVASHI or catalogue', words: z.tuple([z.string().refine(isTag)]) },
} as const

type Name = keyof typeof COMMANDS

export type CatalogCommand =
  | { readonly name: 'help' }
  | { [N in Name]: { readonly name: N; readonly words: z.infer<(typeof COMMANDS)[N]['words']> } }[Name]

export type CatalogAsked = { readonly command: CatalogCommand; readonly yes: boolean; readonly json: boolean }

/** What the words of a command line ask for; what they do not say is a failure in words. */
export function readCatalogCommand(args: readonly string[]): Result<CatalogAsked, Usage> {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: WRITING_OPTIONS, allowPositionals: true })
    const command = values.help ? ok<CatalogCommand>({ name: 'help' }) : readWords(positionals)
    return command.ok ? ok({ command: command.value, yes: isMeant(values), json: values.json }) : command
  } catch (error) {
    return usage((error as Error).message)
  }
}

function readWords([name = 'help', ...given]: string[]): Result<CatalogCommand, Usage> {
  if (name === 'help') return ok({ name })
  if (!Object.hasOwn(COMMANDS, name)) return usage(`there is no command ${name}`)
  const { takes, words } = COMMANDS[name as Name]
  const read = words.safeParse(given)
  return read.success ? ok({ name, words: read.data } as CatalogCommand) : usage(`${name} takes ${takes}`)
}
