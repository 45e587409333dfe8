import { type Failure, fail } from '#/domain/result.ts'

/** Words of a command line that ask for nothing that is known, and why. */
export type Usage = Failure<'USAGE'> & { readonly why: string }

export function usage(why: string): Usage {
  return fail('USAGE', { why })
}
