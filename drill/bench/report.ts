import { type Aim, type Finding, isMet, type Missing } from './measurement.ts'
import { isWide, type Spread } from './spread.ts'

export type Section = {
  readonly title: string
  readonly findings: readonly (Finding | Missing)[]
  /** Why its figures may be wrong. */
  readonly warnings: readonly string[]
}

const HEAD = ['', 'ratio', 'of rounds', 'aim', ''] as const

/** A table of ratios with their aims, what could not be measured, and below it the absolute figures of this machine. */
export function reportOf(sections: readonly Section[], machine: string): string {
  const rows: string[][] = [[...HEAD]]
  const feet: string[] = []
  for (const { title, findings, warnings } of sections) {
    rows.push([title])
    for (const finding of findings) {
      if ('missing' in finding) {
        rows.push([`  ${finding.what}`, 'not measured', '', '', ''])
        feet.push(`${finding.what}: ${finding.missing}`)
        continue
      }
      rows.push(rowOf(finding))
      feet.push(...footOf(finding))
    }
    for (const warning of warnings) feet.push(`! ${title}: ${warning}`)
  }
  return [...layOut(rows), '', `Figures of this machine (${machine}):`, ...feet].join('\n')
}

function rowOf(finding: Finding): string[] {
  const { what, ratio, aim, figure, unit } = finding
  const met = isMet(finding)
  const shown = ratio ? number(ratio.median) : `${number(figure.median)} ${unit}`
  return [`  ${what}`, shown, rangeOf(ratio ?? figure), aim ? aimOf(aim) : '', met === null ? '' : met ? 'met' : 'MISSED']
}

function footOf({ what, ratio, figure, floor, unit, notes }: Finding): string[] {
  const shown = (spread: Spread) => [number(spread.median), rangeOf(spread) && `(${rangeOf(spread)})`].filter(Boolean).join(' ')
  const floors = floor ? `, floor ${shown(floor)}` : ''
  const wide = isWide(ratio ?? figure) ? ['  ! the rounds lie far apart: something else was at work'] : []
  return [`${what}: ${shown(figure)}${floors} ${unit}`, ...notes.map((note) => `  ${note}`), ...wide]
}

function aimOf(aim: Aim): string {
  return 'atLeast' in aim ? `≥ ${number(aim.atLeast)}` : `≤ ${number(aim.atMost)}`
}

function rangeOf({ least, most }: Spread): string {
  return least === most ? '' : `${number(least)}–${number(most)}`
}

/** Three digits that mean something. */
export function number(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en')
  return value >= 10 ? value.toFixed(1) : value.toFixed(2)
}

function layOut(rows: readonly string[][]): string[] {
  const table = rows.filter((row) => row.length > 1)
  const widths = HEAD.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd()
  return rows.map((row) => (row.length > 1 ? line(row) : (row[0] ?? '')))
}
