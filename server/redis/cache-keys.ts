import { createHash } from 'node:crypto'

/**
 * Every key of Redis cache, which may lose any of them at any time.
 *
 *   {pages:<ns>}:page:<path>   hash    asOf, renderedAtMs, head (JSON: all but bytes), br, gzip, parts (gzip); of a page that is gone the bytes are empty
 *   {pages:<ns>}:recent        zset    paths in the order they were put in: what a starting process reads, and the bound on their number
 *   {pages:<ns>}:sizes         hash    path → bytes, and the sum of them under '': the bound on bytes
 *   {pages:<ns>}:lock:<path>   string  who renders the page now
 *   data:<epoch>:<version>:<name>   string  what was read for pages (JSON): the value, its tags, which number of the feed it is of, until when
 *   last-epoch:<url>           string  the life of the feed that the shop at this address was last known to be in
 *   admit:<what>:<who>         string  until when (ms) somebody has used up what he may do at once
 *
 * `<ns>` stands for what makes pages of one another's kind: the release, the address of the shop that stands in them, the life of the feed that
 * they are numbered by. Processes of different kinds can neither replace nor be given each other's pages. Data have no release in their keys, or
 * each deploy would begin with none.
 */
export function pageKeys(namespace: string) {
  const tag = `{pages:${namespace}}`
  return {
    recent: `${tag}:recent`,
    sizes: `${tag}:sizes`,
    page: (path: string) => `${tag}:page:${path}`,
    lock: (path: string) => `${tag}:lock:${path}`,
  }
}

/** Raised when what is put for a page changes. */
const FORMAT = 1

export function pageNamespace(kind: { readonly release: string; readonly publicUrl: string; readonly epoch: string }): string {
  return createHash('sha256')
    .update(JSON.stringify([FORMAT, kind.release, kind.publicUrl, kind.epoch]))
    .digest('hex')
    .slice(0, 12)
}

/** Raised when anything that is read for pages changes its shape. */
const DATA_VERSION = 2

export function dataKey(epoch: string, name: string): string {
  return `data:${epoch}:${DATA_VERSION}:${name}`
}

export function lastEpochKey(publicUrl: string): string {
  return `last-epoch:${publicUrl}`
}
