/** A row of the tree that a page tells the framework, as it stands there: `id:` and what follows. `text` is set for a row of text. */
export type FlightRow = { readonly id: string; readonly whole: string; readonly text: string | null }

/** A row begins with its id; behind the colon a letter may say what it is. Source: processBinaryChunk in React's ReactFlightClient.js */
const ROW = /([0-9a-f]*):([A-Za-z#]?)/y
/** Rows that say their length in bytes and end there. All others end with the line. */
const WITH_LENGTH = /^[TAOobUSsLlGgMmV]$/
const LENGTH = /([0-9a-f]+),/y

/** A tree with each row in its place changed. From where the tree is not what we know it is left as it is. */
export function mapFlightRows(tree: string, change: (row: FlightRow) => string): string {
  let changed = ''
  let at = 0
  while (at < tree.length) {
    ROW.lastIndex = at
    const [, id = '', kind = ''] = ROW.exec(tree) ?? []
    LENGTH.lastIndex = ROW.lastIndex
    const length = WITH_LENGTH.test(kind) ? LENGTH.exec(tree)?.[1] : undefined
    const start = length === undefined ? at : LENGTH.lastIndex
    const end = length === undefined ? tree.indexOf('\n', at) + 1 : endOf(tree, start, Number.parseInt(length, 16))
    if (!end) break
    const isText = length !== undefined && kind === 'T'
    const isBytes = length !== undefined && kind !== 'T'
    const whole = tree.slice(at, end)
    changed += isBytes ? whole : change({ id, whole, text: isText ? tree.slice(start, end) : null })
    at = end
  }
  return changed + tree.slice(at)
}

/** A row of text, which says its own length. */
export function textRow(id: string, text: string): string {
  return `${id}:T${Buffer.byteLength(text).toString(16)},${text}`
}

/** Where so many bytes of UTF-8 end; null when they are not there, or end within a character. */
function endOf(text: string, start: number, bytes: number): number | null {
  let left = bytes
  let at = start
  while (left > 0 && at < text.length) {
    const code = text.codePointAt(at) as number
    left -= code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
    at += code > 0xffff ? 2 : 1
  }
  return left === 0 ? at : null
}
