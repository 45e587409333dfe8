/** As /api/stock tells it. */
export type Stock = { readonly available: number; readonly held: number }

/** From more units than this on, the number is nobody's business. */
const FEW = 5

export function isLow({ available }: Stock): boolean {
  return available <= FEW
}

/** Nothing is left, and nothing can be expected to come back by itself. */
export function isSoldOut({ available, held }: Stock): boolean {
  return available === 0 && held === 0
}

export function stockWords(stock: Stock): string {
  if (isSoldOut(stock)) return 'Sold out'
  if (stock.available === 0) return 'All in other shoppers’ checkouts: some may come back'
  return isLow(stock) ? `${stock.available} left` : 'In stock'
}

/** For beside a variant, where there is little room; empty while it can be had. */
export function markWords(stock: Stock): string {
  if (stock.available > 0) return ''
  return isSoldOut(stock) ? 'sold out' : 'held'
}
