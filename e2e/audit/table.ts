import { FIGURES, judge, type Measured, type Verdict, writeSpread } from './judge.ts'

const MISSED = ' ✗'

/** What was measured, one line a page and form, for a terminal. */
export function tableOf(measured: readonly Measured[]): string {
  const head = ['', ...Object.values(FIGURES).map(({ title }) => title)]
  const rows = measured.map((one) => [`${one.page.name}, ${one.form}`, ...judge(one).map(cellOf)])
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')
  return [head, ...rows].map((row) => line(row).trimEnd()).join('\n')
}

function cellOf({ figure, spread, isMet }: Verdict): string {
  return writeSpread(figure, spread) + (isMet === false ? MISSED : '')
}
