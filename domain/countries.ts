/** Where we deliver, by ISO 3166-1 alpha-2 code. */
export const COUNTRIES = {
  AT: 'Austria',
  BE: 'Belgium',
  CH: 'Switzerland',
  DE: 'Germany',
  DK: 'Denmark',
  ES: 'Spain',
  FI: 'Finland',
  FR: 'France',
  GB: 'United Kingdom',
  IE: 'Ireland',
  IT: 'Italy',
  NL: 'Netherlands',
  NO: 'Norway',
  PT: 'Portugal',
  SE: 'Sweden',
} as const

export type Country = keyof typeof COUNTRIES

export function isCountry(code: unknown): code is Country {
  return typeof code === 'string' && Object.hasOwn(COUNTRIES, code)
}

/** Where most of our parcels go. */
export const DEFAULT_COUNTRY: Country = 'IE'
