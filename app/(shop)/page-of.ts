/** What a shopper takes for one page: the variants of a product are one. */
export function pageOf(path: string): string {
  return path.replace(/^(\/p\/[^/]+)\/.*/, '$1')
}
