/** Where we deliver, by ISO 3166-1 alpha-2 code. */
export const COUNTRIES = {
  AT: 'Austria',
  BE: 'Belgium',
  DE: 'Germany',
  DK: 'Denmark',
  ES: 'Spain',
  FI: 'Finland',
  FR: 'France',
  IE: 'Ireland',
  IT: 'Italy',
  NL: 'Netherlands',
  PT: 'Portugal',
  SE: 'Sweden',
} as const

export type Country = keyof typeof COUNTRIES
