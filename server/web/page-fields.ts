import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { z } from 'zod'
import { asOfSchema } from '../cache/as-of.ts'
import { type GonePage, type KeptPage, toBodies } from './kept-pages.ts'

const asGzip = promisify(gzip)
const fromGzip = promisify(gunzip)

/** All of a page but its bytes. `parts`: where each part ends in what they are together; the tree of the page has no name. */
type Head = Omit<KeptPage, 'bodies' | 'rscData' | 'segmentData' | 'from'> & {
  readonly parts: readonly (readonly [name: string | null, length: number])[]
}

/** Of a page, as Redis keeps it. The plain document is made of the zipped one again. */
export type PageFields = { readonly head: string } & Readonly<Record<'br' | 'gzip' | 'parts', Buffer>>

/** What a head has to be before anything is made of it: Redis cache is no place to trust. */
const trusted = z.looseObject({
  kind: z.enum(['page', 'gone']),
  tags: z.array(z.string()),
  asOf: asOfSchema.nullable(),
  renderedAtMs: z.number(),
  revalidateSeconds: z.number().nullish(),
  expireSeconds: z.number().nullish(),
  status: z.int().min(200).max(599).optional(),
  headers: z.record(z.string(), z.string().regex(/^[\t\x20-\x7e\x80-\xff]*$/)).optional(),
  parts: z.array(z.tuple([z.string().nullable(), z.int().min(0)])).optional(),
})

/** Far more than a page is. */
const BOUND = { maxOutputLength: 8 * 1024 * 1024 }

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

/** Null where something is missing. Rejects what is nothing of ours. */
export async function fromFields([head, br, gzip, parts]: readonly (Buffer | null)[]): Promise<KeptPage | GonePage | null> {
  if (!head) return null
  const { parts: lengths, ...page } = trusted.parse(JSON.parse(head.toString())) as unknown as
    | Head
    | (GonePage & { readonly parts?: undefined })
  // A life without an end is no number in JSON.
  const life = {
    revalidateSeconds: page.revalidateSeconds ?? Number.POSITIVE_INFINITY,
    expireSeconds: page.expireSeconds ?? Number.POSITIVE_INFINITY,
  }
  if (page.kind === 'gone') return { ...page, ...life }
  if (!br || !gzip || !parts || !lengths) return null
  const [identity, bytes] = await Promise.all([fromGzip(gzip, BOUND), fromGzip(parts, BOUND)])
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
