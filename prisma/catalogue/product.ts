import { type Sku, sku } from '#/domain/sku.ts'

/** A photograph with the point of it that a crop should keep, 0 to 1 from the top left, and what it shows to someone who cannot see it. */
export type Photo = { readonly file: string; readonly focal: readonly [number, number]; readonly alt: string }

/** One thing that can be bought. Money in euro cents, tax included. */
export type Variant = {
  readonly sku: Sku
  readonly choices: Readonly<Record<string, string>>
  readonly price: number
  readonly was: number | null
  readonly stock: number
  readonly grams: number
  /** Most of one order. */
  readonly limit: number
  /** Most of one customer in all orders together. */
  readonly limitPerCustomer?: number | undefined
}

export type Product = {
  readonly code: string
  readonly slug: string
  readonly name: string
  readonly summary: string
  readonly text: readonly string[]
  readonly details: Readonly<Record<string, string>>
  readonly photos: readonly Photo[]
  readonly featured: boolean
  readonly options: readonly { readonly name: string; readonly values: readonly string[] }[]
  readonly variants: readonly Variant[]
}

export type Category = { readonly slug: string; readonly name: string; readonly description: string; readonly products: readonly Product[] }

/** What differs between the variants of an option; a bare number is the stock. */
type Choice = number | { readonly stock: number; readonly price?: number; readonly was?: number; readonly grams?: number }

type Draft = Omit<Product, 'options' | 'variants' | 'featured'> & {
  readonly featured?: boolean
  readonly price: number
  readonly was?: number
  readonly grams: number
  /** Most of one order. */
  readonly limit?: number
  readonly limitPerCustomer?: number
  /** Units, where there is nothing to choose. */
  readonly stock?: number
  /** One option, value by value … */
  readonly choose?: readonly [option: string, choices: Readonly<Record<string, Choice>>]
  /** … or two: a row for each value of the first, in it a choice for each value of the second. */
  readonly grid?: readonly [first: string, rows: Readonly<Record<string, readonly Choice[]>>, second: string, columns: readonly string[]]
}

const USUAL_LIMIT = 10

/** Spells a product's variants out. */
export function product({
  price,
  was,
  grams,
  limit = USUAL_LIMIT,
  limitPerCustomer,
  stock,
  choose,
  grid,
  featured = false,
  ...rest
}: Draft): Product {
  const variant = (choices: Record<string, string>, choice: Choice): Variant => {
    const own = typeof choice === 'number' ? { stock: choice } : choice
    return {
      sku: skuOf(rest.code, Object.values(choices)),
      choices,
      price: own.price ?? price,
      was: own.was ?? (own.price === undefined ? (was ?? null) : null),
      stock: own.stock,
      grams: own.grams ?? grams,
      limit,
      limitPerCustomer,
    }
  }
  if (choose) {
    const [name, choices] = choose
    const variants = Object.entries(choices).map(([value, choice]) => variant({ [name]: value }, choice))
    return { ...rest, featured, options: [{ name, values: valuesOf(variants, name) }], variants }
  }
  if (grid) {
    const [first, rows, second, columns] = grid
    const variants = Object.entries(rows).flatMap(([row, units]) =>
      columns.map((column, i) => variant({ [first]: row, [second]: column }, units[i] ?? 0)),
    )
    return {
      ...rest,
      featured,
      options: [
        { name: first, values: valuesOf(variants, first) },
        { name: second, values: [...columns] },
      ],
      variants,
    }
  }
  return { ...rest, featured, options: [], variants: [variant({}, stock ?? 0)] }
}

export function photo(file: string, x: number, y: number, alt: string): Photo {
  return { file: `${file}.jpg`, focal: [x, y], alt }
}

/** The words that tell a variant apart, as in `Black, 42`. */
export function labelOf({ choices }: Variant): string {
  return Object.values(choices).join(', ')
}

/** Numbers are keys in their own order, whatever order they were written in; that is the order of sizes anyway. */
function valuesOf(variants: readonly Variant[], option: string): string[] {
  return [...new Set(variants.map((variant) => variant.choices[option] ?? ''))]
}

function skuOf(code: string, values: readonly string[]): Sku {
  return sku(
    [
      code,
      ...values.map((value) =>
        value
          .toUpperCase()
          .replace(/[^A-Z0-9]/g, '')
          .slice(0, 12),
      ),
    ].join('-'),
  )
}
