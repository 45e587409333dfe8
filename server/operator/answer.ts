/** What a command for operators answers: lines for a person, the same as data for machines, and how it went. */
export type Answer = { readonly code: ExitCode; readonly lines: readonly string[]; readonly data: unknown }

export const EXIT = { fine: 0, trouble: 1, usage: 2, serverAway: 3 } as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

export function answer(code: ExitCode, lines: readonly string[], data: unknown): Answer {
  return { code, lines, data }
}

/** What stands at the end of what a command would do. */
export const ONLY_ASKED = 'Nothing was changed. Add --yes to do it.'

/** The text that goes to stdout. No control character of what the servers hold reaches a terminal. */
export function print({ code, lines, data }: Answer, asJson: boolean): string {
  if (asJson) return printable(JSON.stringify({ code, ...(data as object) }))
  return lines.map(printable).join('\n')
}

/** Control characters, those that turn text around, and line ends, each as what it is called: `\x1b`, `\u202e`. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
  })
}

/** A moment, to the second, in UTC: `2026-11-27 08:00:12 UTC`. */
export function moment(ms: number): string {
  const date = new Date(ms)
  return Number.isNaN(date.getTime()) ? 'at no time' : `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

const UNITS = [
  ['day', 24 * 3600],
  ['hour', 3600],
  ['minute', 60],
] as const

/** A stretch of time in words, to the greatest unit: `3 hours`. */
export function lasting(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  for (const [unit, size] of UNITS) if (seconds >= size) return counted(Math.floor(seconds / size), unit)
  return counted(seconds, 'second')
}

export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}
