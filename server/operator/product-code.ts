import { z } from 'zod'

/** What a product is called on a command line. Whether there is one of that code is another question. */
export const productCode = z.string().regex(/^[A-Z0-9]{1,40}$/)
