import { z } from 'zod'

/** What fits into a mail and a page, without what turns text around or ends a line. */
export const plainWords = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u)
