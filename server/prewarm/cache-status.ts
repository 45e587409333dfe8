/** What one cache says of an answer: a member of `Cache-Status`, to which each that an answer comes through adds its own. */
export type CacheSaid = { readonly cache: string; readonly params: ReadonlyMap<string, string> }

const ITEM = /\s*("(?:[^"\\]|\\["\\])*"|[A-Za-z*][\w!#$%&'*+.^`|~:/-]*)/y
const PARAM = /\s*;\s*([a-z*][a-z0-9_.*-]*)(?:=("(?:[^"\\]|\\["\\])*"|[^\s;,"]+))?/y
const END = /\s*(?:,|$)/y

/**
 * Reads `Cache-Status` (RFC 9211), the cache nearest to the web process first. A field that is not well formed says nothing, as RFC 9651 has it.
 */
export function readCacheStatus(field: string): CacheSaid[] {
  const said: CacheSaid[] = []
  let at = 0
  const take = (what: RegExp): RegExpExecArray | null => {
    what.lastIndex = at
    const found = what.exec(field)
    if (found) at = what.lastIndex
    return found
  }
  while (at < field.length) {
    const [, cache] = take(ITEM) ?? []
    if (cache === undefined) return []
    const params = new Map<string, string>()
    for (let param = take(PARAM); param !== null; param = take(PARAM)) params.set(param[1] ?? '', bare(param[2] ?? ''))
    if (!take(END)) return []
    said.push({ cache: bare(cache), params })
  }
  return said
}

function bare(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1).replace(/\\(["\\])/g, '$1') : text
}
