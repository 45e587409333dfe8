import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { type GonePage, type KeptPage, toBodies } from './kept-pages.ts'

const asGzip = promisify(gzip)
const fromGzip = promisify(gunzip)

/** All of a page but its bytes. `parts`: where each part ends in what they are together; the tree of the page has no name. */
type Head = Omit<KeptPage, 'bodies' | 'rscData' | 'segmentData' | 'from'> & {
  readonly parts: readonly (readonly [name: string | null, length: number])[]
}

/** Of a page, as Redis keeps it. The plain document is made of the zipped one again. */
export type PageFields = { readonly head: string } & Readonly<Record<'br' | 'gzip' | 'parts', Buffer>>

/** Takes the place of what was there. */
const NOTHING = Buffer.alloc(0)

export async function toFields(page: KeptPage | GonePage): Promise<PageFields> {
  if (page.kind === 'gone') return { head: JSON.stringify(page), br: NOTHING, gzip: NOTHING, parts: NOTHING }
  const { bodies, rscData, segmentData, from: _, ...rest } = page
  const parts = [...(rscData ? [[null, rscData] as const] : []), ...(segmentData ?? [])]
  const head: Head = { ...rest, parts: parts.map(([name, bytes]) => [name, bytes.length]) }
  return {
    head: JSON.stringify(head),
    br: bodies.br.bytes,
    gzip: bodies.gzip.bytes,
    parts: await asGzip(Buffer.concat(parts.map(([, bytes]) => bytes))),
  }
}

/** Null where something is missing. */
export async function fromFields([head, br, gzip, parts]: readonly (Buffer | null)[]): Promise<KeptPage | GonePage | null> {
  if (!head) return null
  const { parts: lengths, ...page } = JSON.parse(head.toString()) as Head | (GonePage & { readonly parts?: undefined })
  // A life without an end is no number in JSON.
  const life = {
    revalidateSeconds: page.revalidateSeconds ?? Number.POSITIVE_INFINITY,
    expireSeconds: page.expireSeconds ?? Number.POSITIVE_INFINITY,
  }
  if (page.kind === 'gone') return { ...page, ...life }
  if (!br || !gzip || !parts || !lengths) return null
  const [identity, bytes] = await Promise.all([fromGzip(gzip), fromGzip(parts)])
  let end = 0
  let rscData: Buffer | undefined
  const segmentData = new Map<string, Buffer>()
  for (const [name, length] of lengths) {
    const piece = bytes.subarray(end, end + length)
    end += length
    if (name === null) rscData = piece
    else segmentData.set(name, piece)
  }
  return {
    ...page,
    ...life,
    from: 'shared',
    bodies: toBodies({ br, gzip, identity }),
    rscData,
    segmentData: segmentData.size > 0 ? segmentData : undefined,
  }
}
