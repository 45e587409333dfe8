/** `tree`: what a soft step asks for instead of a page's document. `file`: a script, a style or a font. */
export type Kind = 'page' | 'tree' | 'photograph' | 'file'
export type Encoding = 'identity' | 'gzip' | 'br'

export type Question = { readonly kind: Kind; readonly path: string; readonly encoding: Encoding }

/** A page in each of the forms that an edge keeps apart and browsers ask for. */
export function formsOf(path: string): Question[] {
  return [
    { kind: 'page', path, encoding: 'identity' },
    { kind: 'page', path, encoding: 'br' },
    { kind: 'page', path, encoding: 'gzip' },
    treeOf(path),
  ]
}

/** A web process makes all encodings of a page at once. */
export function ofProcess(path: string): Question[] {
  return [{ kind: 'page', path, encoding: 'identity' }, treeOf(path)]
}

/** Browsers take gzip, and of a tree there is no better. */
function treeOf(path: string): Question {
  return { kind: 'tree', path, encoding: 'gzip' }
}

export function filesOf(named: { readonly photographs: Iterable<string>; readonly files: Iterable<string> }): Question[] {
  return [
    ...[...named.photographs].map((path): Question => ({ kind: 'photograph', path, encoding: 'identity' })),
    ...[...named.files].map((path): Question => ({ kind: 'file', path, encoding: 'br' })),
  ]
}
