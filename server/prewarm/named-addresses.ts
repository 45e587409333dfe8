/** What a page names that a visitor's browser will ask for. */
export type Named = { readonly photographs: readonly string[]; readonly files: readonly string[] }

/**
 * Of one address the whole grammar, and what may stand before it: a quote, a comma, a space or a bracket, never a part of a longer address. No
 * markup is read. What we send names a photograph in `srcset`, in a preload, or in what it tells the framework, always in one spelling, so that
 * to look for that spelling finds all of them in one pass; and whatever else a document says, nothing but an address of ours comes out of it.
 */
const PHOTOGRAPH = /(?<![^\s"'(,<\\])\/media\/[0-9a-f]{16}\/\d{2,4}\.(?:avif|webp|jpg)(?![\w./-])/g
const FILE = /(?<![^\s"'(,<\\])\/_next\/static\/(?:[\w~-][\w.~-]*\/){1,8}[\w~-][\w.~-]{0,120}\.(?:js|css|woff2)(?![\w./-])/g
const LINK = /\shref="(\/(?:p|sale)\/[a-z0-9-]{1,120})"/g

/** Photographs in each width and format, scripts, styles and fonts, each once. */
export function namedIn(document: string): Named {
  return { photographs: all(document, PHOTOGRAPH), files: all(document, FILE) }
}

/** Products and sales that a page leads to. */
export function linksIn(document: string): { readonly products: readonly string[]; readonly sales: readonly string[] } {
  const links = [...new Set([...document.matchAll(LINK)].map(([, path = '']) => path))]
  return { products: links.filter((path) => path.startsWith('/p/')), sales: links.filter((path) => path.startsWith('/sale/')) }
}

function all(document: string, what: RegExp): string[] {
  return [...new Set([...document.matchAll(what)].map(([address]) => address))]
}
