/** An expected outcome as a value: check `ok`, then read `value` or `code` with its data. Bugs throw instead. */
export type Result<T, F extends Failure = Failure> = Ok<T> | F

export type Ok<T> = { readonly ok: true; readonly value: T }

/** A failure names itself by `code`; whatever the caller needs to explain it stands beside the code. */
export type Failure<C extends string = string> = { readonly ok: false; readonly code: C }

export function ok<T>(value: T): Ok<T> {
  return { ok: true, value }
}

export function fail<C extends string, D extends object>(code: C, data: D): Failure<C> & Readonly<D>
export function fail<C extends string>(code: C): Failure<C>
export function fail<C extends string>(code: C, data?: object): Failure<C> {
  return { ok: false, code, ...data }
}
