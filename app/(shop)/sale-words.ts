/** `Until Sat 28 Nov, 20:00 UTC`: true for as long as it is shown, and whoever reads it needs no clock. */
export function untilWords(endsAtMs: number): string {
  const ends = new Date(endsAtMs)
  const day = ends.toLocaleDateString('en-IE', { weekday: 'short', day: 'numeric', month: 'short', timeZone: 'UTC' })
  return `Until ${day}, ${ends.toISOString().slice(11, 16)} UTC`
}
