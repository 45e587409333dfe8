import { createHash } from 'node:crypto'

/**
 * Every key of Redis cache, which may lose any of them at any time.
 *
 *   {pages:<ns>}:page:<path>   hash    asOf, renderedAtMs, head (JSON: all but bytes), br, gzip, parts (gzip); of a page that is gone no bytes
 *   {pages:<ns>}:recent        zset    paths by when they were put (ms): what a starting process reads, and the bound on their number
 *   {pages:<ns>}:sizes         hash    path → bytes, and the sum of them under '': the bound on bytes
 *   {pages:<ns>}:lock:<path>   string  who renders the page now
 *   admit:<what>:<who>         string  until when (ms) somebody has used up what he may do at once
 *
 * `<ns>` stands for what makes pages of one another's kind: the release, the address of the shop that stands in them, the life of the feed that
 * they are numbered by. Processes of different kinds can neither replace nor be given each other's pages.
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
