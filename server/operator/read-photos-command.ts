import { parseArgs } from 'node:util'
import { z } from 'zod'
import { isImageId } from '#/domain/image-variants.ts'
import { ok, type Result } from '#/domain/result.ts'
import { plainWords } from './plain-words.ts'
import { productCode } from './product-code.ts'
import { type Usage, usage } from './usage.ts'
import { isMeant, WRITING_OPTIONS } from './writing-options.ts'

export const PHOTOS_USAGE = `npm run photos -- COMMAND        (nothing is changed without --yes)

  show PRODUCT                                 its photographs, and whether they are shown
  add FILE --product PRODUCT --alt TEXT        one more, behind those that it has
  remove ID --product PRODUCT                  one less

  PRODUCT is a product's code, such as CANVASHI. ID is a photograph's, as show has it.

  --focal 0.5,0.4  the point that a crop keeps, from the left and from the top; the middle otherwise
  --by NAME        whom the credits name, with --source and --license; nobody otherwise

  --yes    does it           --dry-run  does nothing, whatever else is said           --json  for machines

Ends with 0 when all is well, 1 when it cannot be done, 2 for what it does not understand, 3 when a server is away.`

export type AddCommand = {
  readonly name: 'add'
  readonly file: string
  readonly product: string
  readonly alt: string
  readonly focal: readonly [x: number, y: number]
  readonly credit: { readonly photographer: string; readonly source: string; readonly license: string }
}

export type PhotosCommand =
  | { readonly name: 'help' }
  | { readonly name: 'show'; readonly product: string }
  | AddCommand
  | { readonly name: 'remove'; readonly imageId: string; readonly product: string }

export type PhotosAsked = { readonly command: PhotosCommand; readonly yes: boolean; readonly json: boolean }

const OPTIONS = {
  product: { type: 'string' },
  alt: { type: 'string' },
  focal: { type: 'string' },
  by: { type: 'string' },
  source: { type: 'string' },
  license: { type: 'string' },
  ...WRITING_OPTIONS,
} as const

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>>['values']

const FOR_ALL = Object.keys(WRITING_OPTIONS)
const FOR_ONE = { show: [], add: ['product', 'alt', 'focal', 'by', 'source', 'license'], remove: ['product'] } as const

const credit = z.object({ photographer: plainWords(100), source: plainWords(200), license: plainWords(100) })

/** What the words of a command line ask for; what they do not say is a failure in words. */
export function readPhotosCommand(args: readonly string[]): Result<PhotosAsked, Usage> {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true })
    const command = values.help ? ok<PhotosCommand>({ name: 'help' }) : readWords(positionals, values)
    return command.ok ? ok({ command: command.value, yes: isMeant(values), json: values.json }) : command
  } catch (error) {
    return usage((error as Error).message)
  }
}

function readWords([name = 'help', what, ...rest]: string[], values: Values): Result<PhotosCommand, Usage> {
  if (name === 'help') return ok({ name })
  if (name !== 'show' && name !== 'add' && name !== 'remove') return usage(`there is no command ${name}`)
  const stray = Object.keys(values).find((option) => values[option as keyof Values] && ![...FOR_ALL, ...FOR_ONE[name]].includes(option))
  if (stray) return usage(`${name} knows no --${stray}`)
  if (what === undefined || what === '' || rest.length > 0)
    return usage(`${name} takes one ${{ show: 'product', add: 'file', remove: 'id' }[name]}`)
  const product = productCode.safeParse(name === 'show' ? what : values.product)
  if (!product.success) return usage(`${name} takes a product's code, such as CANVASHI${name === 'show' ? '' : ', after --product'}`)
  if (name === 'show') return ok({ name, product: product.data })
  if (name === 'remove') {
    return isImageId(what)
      ? ok({ name, imageId: what, product: product.data })
      : usage('remove takes the id of a photograph, as show has it')
  }
  return readAdd(what, product.data, values)
}

function readAdd(file: string, product: string, values: Values): Result<PhotosCommand, Usage> {
  const alt = plainWords(300).safeParse(values.alt)
  if (!alt.success) return usage('add takes --alt: what the photograph shows, for who cannot see it')
  const focal = readFocal(values.focal)
  if (!focal) return usage('--focal takes two parts of one, from the left and from the top: 0.5,0.4')
  const { by, source, license } = values
  const owed = by !== undefined || source !== undefined || license !== undefined
  const named = owed ? credit.safeParse({ photographer: by, source, license }) : { success: true as const, data: NOBODY }
  if (!named.success) return usage('a credit takes --by, --source and --license, each some plain text')
  return ok({ name: 'add', file, product, alt: alt.data, focal, credit: named.data })
}

const NOBODY = { photographer: '', source: '', license: '' }

const FOCAL = /^(0(?:\.\d{1,4})?|1(?:\.0{1,4})?),(0(?:\.\d{1,4})?|1(?:\.0{1,4})?)$/

function readFocal(given: string | undefined): readonly [number, number] | null {
  if (given === undefined) return [0.5, 0.5]
  const [, x, y] = FOCAL.exec(given) ?? []
  return x === undefined || y === undefined ? null : [Number(x), Number(y)]
}
