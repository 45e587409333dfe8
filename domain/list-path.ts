/** Ways to order a list; the first is how the catalogue has it and stands in no address. */
export const SORTS = ['catalogue', 'newest', 'price-low', 'price-high'] as const
export type Sort = (typeof SORTS)[number]

/** Products on one page of a list: whole rows of two, three and four. */
export const LIST_PAGE_SIZE = 24

/** No list of ours is longer; an address beyond it is not worth a question. */
export const LIST_MAX_PAGES = 500

export type ListChoice = { readonly sort: Sort; readonly page: number }

/**
 * What a shopper chose on a list, read from what stands behind its slug: `sort-price-low`, `page-2`, or both in this order. Null for anything
 * else, so that each page of a list has one address only: the first page and the catalogue's own order are never spelled out.
 */
export function parseListPath(chosen: readonly string[]): ListChoice | null {
  const [first, ...rest] = chosen
  const sort = SORTS.find((known) => known !== 'catalogue' && first === `sort-${known}`)
  const [paged, ...more] = sort ? rest : chosen
  if (more.length > 0) return null
  if (paged === undefined) return { sort: sort ?? 'catalogue', page: 1 }
  const page = Number(/^page-([1-9]\d{0,2})$/.exec(paged)?.[1] ?? 0)
  return page >= 2 && page <= LIST_MAX_PAGES ? { sort: sort ?? 'catalogue', page } : null
}

/** The one address of a page of a list. */
export function listPath(slug: string, { sort, page }: ListChoice): string {
  return [`/c/${slug}`, ...(sort === 'catalogue' ? [] : [`sort-${sort}`]), ...(page === 1 ? [] : [`page-${page}`])].join('/')
}
