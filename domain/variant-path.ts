/** What a shopper chooses by, such as Size, with its values in the order they are shown. */
export type VariantOption = { readonly name: string; readonly values: readonly string[] }

/**
 * How the values of an option are spelled in an address: `Off white` is `off-white`. Each has a word of its own, also where two would be
 * spelled alike or one has no letter that an address may have: such a one gets its number in the list.
 */
export function valueWords(values: readonly string[]): Map<string, string> {
  const words = new Map<string, string>()
  const taken = new Set<string>()
  for (const [i, value] of values.entries()) {
    if (words.has(value)) continue
    let word = spell(value)
    if (word === '' || taken.has(word)) word = `${word}-${i + 1}`.replace(/^-/, '')
    while (taken.has(word)) word = `${word}-${i + 1}`
    taken.add(word)
    words.set(value, word)
  }
  return words
}

/**
 * The values that a path behind a product's slug chooses, option by option: `['black', '42']` of Colour and Size. A path may stop before the
 * last option. Null for anything that no option of the product has.
 */
export function parseVariantPath(options: readonly VariantOption[], path: readonly string[]): string[] | null {
  if (path.length > options.length) return null
  const values: string[] = []
  for (const [i, word] of path.entries()) {
    const found = [...valueWords(options[i]?.values ?? [])].find(([, known]) => known === word)
    if (!found) return null
    values.push(found[0])
  }
  return values
}

/** The one address of a product with these values chosen, option by option. Throws for a value that the option does not have. */
export function variantPath(slug: string, options: readonly VariantOption[], values: readonly string[]): string {
  const words = values.map((value, i) => {
    const word = valueWords(options[i]?.values ?? []).get(value)
    if (word === undefined) throw new Error(`${slug} has nothing to choose that reads ${JSON.stringify(value)}`)
    return word
  })
  return ['/p', slug, ...words].join('/')
}

function spell(value: string): string {
  return value
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 40)
}
