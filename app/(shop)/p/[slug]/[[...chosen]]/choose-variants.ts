import type { ChoiceLink } from '#/components/variant-choice.tsx'
import { parseVariantPath, valueWords, variantPath } from '#/domain/variant-path.ts'
import type { Price, ProductView, VariantView } from '#/server/catalog/read-catalog.ts'

export type VariantChoice = {
  /** For each option but the last: its values, as links. */
  readonly links: readonly { readonly name: string; readonly links: readonly ChoiceLink[] }[]
  /** The name of the last option; null where there is nothing to choose. */
  readonly radios: string | null
  /** Those that the last option tells apart, once the others are chosen. Empty when the product is no longer sold. */
  readonly variants: readonly (VariantView & { readonly value: string })[]
  /** The SKU that the path names; null while it names none. */
  readonly chosen: string | null
  /** Of the chosen variant, else the lowest; null when the product is no longer sold. */
  readonly price: Price | null
  readonly pricesDiffer: boolean
  readonly live: readonly { readonly sku: string; readonly path: string; readonly price: Price }[]
}

/** What a page shows of a product's variants when its path chooses these; null for a path that no variant on sale has. */
export function chooseVariants({ slug, options, variants }: ProductView, path: readonly string[]): VariantChoice | null {
  const named = parseVariantPath(options, path)
  if (!named) return null
  const valuesOf = (variant: VariantView) => options.map(({ name }) => variant.choices[name] ?? '')
  const match = (variant: VariantView, values: readonly string[]) => values.every((value, i) => valuesOf(variant)[i] === value)
  const found = variants.filter((variant) => match(variant, named))
  if (found.length === 0 && (variants.length > 0 || path.length > 0)) return null

  // What the path leaves open is chosen as the first that there is.
  const standing = found[0] ? valuesOf(found[0]) : []
  const before = standing.slice(0, -1)
  const shown = variants.filter((variant) => match(variant, before))
  const chosen = named.length === options.length && options.length > 0 ? (found[0] ?? null) : null
  const lastWords = valueWords(options.at(-1)?.values ?? [])
  const wordOfLast = (variant: VariantView) => lastWords.get(valuesOf(variant).at(-1) ?? '') ?? ''
  const links = options.slice(0, -1).map(({ name, values }, i) => ({
    name,
    links: values.flatMap((value): ChoiceLink[] => {
      const upTo = [...before.slice(0, i), value]
      if (!variants.some((variant) => match(variant, upTo))) return []
      const whole = [...upTo, ...named.slice(i + 1)]
      const kept = variants.some((variant) => match(variant, whole)) ? whole : upTo
      const isNextLast = i === options.length - 2
      return [
        {
          value,
          href: variantPath(slug, options, kept),
          chosen: value === before[i],
          base: variantPath(slug, options, upTo),
          last: isNextLast ? variants.filter((variant) => match(variant, upTo)).map(wordOfLast) : [],
        },
      ]
    }),
  }))
  const prices = shown.map(({ price }) => price).toSorted((a, b) => a.minor - b.minor)
  return {
    links,
    radios: options.at(-1)?.name ?? null,
    variants: shown.map((variant) => ({ ...variant, value: valuesOf(variant).at(-1) ?? '' })),
    chosen: chosen?.sku ?? null,
    price: chosen?.price ?? prices[0] ?? null,
    pricesDiffer: prices.some(({ minor }) => minor !== prices[0]?.minor),
    live: shown.map((variant) => ({ sku: variant.sku, path: variantPath(slug, options, valuesOf(variant)), price: variant.price })),
  }
}
