/** The middle of several rounds, and how far they lie apart. */
export type Spread = { readonly median: number; readonly least: number; readonly most: number }

/** Rounds further apart than this share of their middle were disturbed, or are unsteady by themselves. */
const WIDE = 0.3

export function spreadOf(values: readonly number[]): Spread {
  if (values.length === 0) throw new Error('nothing was measured')
  const sorted = values.toSorted((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  const median = ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2
  return { median, least: sorted[0] ?? 0, most: sorted.at(-1) ?? 0 }
}

export function isWide({ median, least, most }: Spread): boolean {
  return most - least > WIDE * median
}

export type Compared = { readonly ratio: Spread; readonly figure: Spread; readonly floor: Spread }

/** Floor, ours, floor, ours …: each pair gives a ratio, so that a busy minute of the machine hurts both sides of it. */
export async function inTurns(
  rounds: number,
  floor: (round: number) => Promise<number>,
  ours: (round: number) => Promise<number>,
): Promise<Compared> {
  const pairs: { floor: number; ours: number }[] = []
  for (let round = 0; round < rounds; round += 1) pairs.push({ floor: await floor(round), ours: await ours(round) })
  return {
    ratio: spreadOf(pairs.map((pair) => pair.ours / pair.floor)),
    figure: spreadOf(pairs.map((pair) => pair.ours)),
    floor: spreadOf(pairs.map((pair) => pair.floor)),
  }
}

/** The same for so long a turn. A first, short pair warms both up and does not count. */
export async function compare(
  { rounds, seconds }: { rounds: number; seconds: number },
  floor: (seconds: number) => Promise<number>,
  ours: (seconds: number) => Promise<number>,
): Promise<Compared> {
  await floor(1)
  await ours(1)
  return inTurns(
    rounds,
    () => floor(seconds),
    () => ours(seconds),
  )
}
