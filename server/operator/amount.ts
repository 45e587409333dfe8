import { z } from 'zod'

/** Whole euros, or euros and cents, as `12.50`: in cents, above nothing. */
export const amount = z
  .string()
  .trim()
  .regex(/^\d{1,7}(\.\d{2})?$/)
  .transform((text) => Math.round(Number(text) * 100))
  .pipe(z.int().min(1))
