/** A sale that the seed shop opens with. `endsAt` says when one ends that begins at a time. */
export type SeedSale = {
  readonly slug: string
  readonly title: string
  readonly text: string
  /** The file of its photograph. */
  readonly photo: string
  readonly endsAt: (begins: Date) => Date
}

const DAYS = 3
const CLOSING_HOUR_UTC = 20

export const saleDay: SeedSale = {
  slug: 'sale-day',
  title: 'Sale day',
  text: 'A few good things for less, until they are gone or the clock has run out.',
  photo: 'black-running-shoe.jpg',
  endsAt: (begins) => {
    const ends = new Date(begins)
    ends.setUTCDate(ends.getUTCDate() + DAYS)
    ends.setUTCHours(CLOSING_HOUR_UTC, 0, 0, 0)
    return ends
  },
}
