/** Half of a spelling: what it would become with another put right is anybody's guess. */
const DAMAGED = /%(?![0-9a-f]{2})/i
/** `%61` is another spelling of `a`, as of any letter or digit (RFC 3986, 6.2.2.2). */
const NEEDLESS = /%(?:3[0-9]|[46][1-9a-f]|[57][0-9a])/gi

/** An address as everybody spells it: pages are kept by it, and one under many spellings would be made ready for each who makes up another. */
export function oneAddress(url: string): string {
  return url.includes('%') && !DAMAGED.test(url) ? url.replace(NEEDLESS, decodeURIComponent) : url
}
