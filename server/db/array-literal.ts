/**
 * A list as Postgres writes arrays, in one piece of text: for statements that take thousands of values, each of which Prisma and the
 * driver would otherwise look at several times. Source: https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO
 */
export function arrayLiteral(values: readonly (string | number | null)[]): string {
  let text = '{'
  for (const value of values) {
    if (text.length > 1) text += ','
    if (value === null) text += 'NULL'
    else if (typeof value === 'number') text += value
    else text += SPECIAL.test(value) ? `"${value.replace(EACH_SPECIAL, '\\$&')}"` : `"${value}"`
  }
  return `${text}}`
}

const SPECIAL = /["\\]/
const EACH_SPECIAL = /["\\]/g
