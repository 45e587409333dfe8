import { env } from '../env.ts'
import { mapFlightRows, textRow } from './flight-rows.ts'

/**
 * Where the shop is reached as far as a build knows (next.config.mjs sets it): a build is made once and run anywhere, so what it makes of its
 * pages holds this, and whatever leaves the page cache names the shop's own origin instead. Pages that a running shop renders name it at once.
 */
export const BUILD_ORIGIN = 'https://origin.invalid'

/** Where shoppers reach the shop, for absolute addresses: `https://shop.example`, without a slash behind it. */
export function ownOrigin(): string {
  return new URL(env().PUBLIC_URL).origin
}

const INLINE_SCRIPT_OR_ORIGIN = new RegExp(`<script>[\\s\\S]*?</script>|${BUILD_ORIGIN}`, 'g')

/** The same for a document. What its inline scripts hold is the framework's, and is counted in bytes: see `treeAtOwnOrigin`. */
export function documentAtOwnOrigin(html: string): string {
  return html.includes(BUILD_ORIGIN)
    ? html.replace(INLINE_SCRIPT_OR_ORIGIN, (found) => (found === BUILD_ORIGIN ? ownOrigin() : found))
    : html
}

/** The same for the tree that a page tells the framework, whose longer texts say how many bytes they are. */
export function treeAtOwnOrigin(tree: string): string {
  if (!tree.includes(BUILD_ORIGIN)) return tree
  return mapFlightRows(tree, ({ id, whole, text }) => (text === null ? atOwnOrigin(whole) : textRow(id, atOwnOrigin(text))))
}

/** The same for plain text. */
function atOwnOrigin(text: string): string {
  return text.includes(BUILD_ORIGIN) ? text.replaceAll(BUILD_ORIGIN, ownOrigin()) : text
}

type Value = {
  readonly kind: string
  readonly body?: Buffer
  readonly rscData?: Buffer
  readonly segmentData?: ReadonlyMap<string, Buffer>
}

/** As the page cache gives it out: see `valueAtOwnOrigin`. */
export function entryAtOwnOrigin<T extends { readonly value: { readonly kind: string } | null }>(entry: T): T {
  const value = valueAtOwnOrigin(entry.value)
  return value === entry.value ? entry : { ...entry, value }
}

/**
 * What Next keeps of a page beside its document (the whole tree, and pieces of it for prefetches), or of a route's answer, with the shop's own
 * origin. The document is left to the page finisher.
 */
function valueAtOwnOrigin<T extends { readonly kind: string } | null>(value: T): T {
  if (value?.kind === 'APP_ROUTE') {
    const { body } = value as Value
    return body?.includes(BUILD_ORIGIN) ? { ...value, body: Buffer.from(atOwnOrigin(body.toString())) } : value
  }
  if (value?.kind !== 'APP_PAGE') return value
  const { rscData, segmentData } = value as Value
  const pieces = [...(segmentData ?? [])]
  if (![rscData, ...pieces.map(([, piece]) => piece)].some((bytes) => bytes?.includes(BUILD_ORIGIN))) return value
  return {
    ...value,
    ...(rscData && { rscData: bytesAtOwnOrigin(rscData) }),
    ...(segmentData && { segmentData: new Map(pieces.map(([name, piece]) => [name, bytesAtOwnOrigin(piece)])) }),
  }
}

function bytesAtOwnOrigin(tree: Buffer): Buffer {
  return tree.includes(BUILD_ORIGIN) ? Buffer.from(treeAtOwnOrigin(tree.toString())) : tree
}
