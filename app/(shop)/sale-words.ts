/** `Until Saturday 28 November, 20:00 UTC`: true for as long as it is shown, and whoever reads it needs no clock. */
export function untilWords(endsAtMs: number): string {
  const ends = new Date(endsAtMs)
  const day = ends.toLocaleDateString('en-IE', { weekday: 'long', day: 'numeric', month: 'long', timeZone: 'UTC' })
  return `Until ${day}, ${ends.toISOString().slice(11, 16)} UTC`
}
