import { z } from 'zod'
import { COUNTRIES } from '#/domain/countries.ts'
import { DELIVERY_METHODS } from '#/domain/pricing.ts'
import { isCardToken } from '../payments/payment-methods.ts'
import { TEST_CARDS } from '../payments/test-cards.ts'

/**
 * One line of text from a person: trimmed, in one Unicode form, printable, and whole. U+FFFD stands where bytes were not UTF-8; control
 * characters (NUL, which Postgres refuses, among them) and lone surrogates are never typed.
 */
const line = (maxLength: number, missing: string) =>
  z
    .string(missing)
    .max(maxLength * 4, `Please use at most ${maxLength} characters.`)
    .refine(
      (text) => text.isWellFormed() && !/[\p{Cc}\u2028\u2029\uFFFD]/u.test(text),
      'This contains characters that we cannot read. Please type it anew.',
    )
    .transform((text) => text.normalize('NFC').trim())
    .refine((text) => /[^\s\p{Default_Ignorable_Code_Point}]/u.test(text), missing)
    .refine((text) => text.length <= maxLength, `Please use at most ${maxLength} characters.`)

/** The fields of the checkout form. Each message is for the shopper, beside its field. */
export const checkoutForm = z.object({
  email: line(254, 'Please tell us your e-mail address.').pipe(z.email('This does not look like an e-mail address.')),
  name: line(100, 'Please tell us your name.'),
  street: line(120, 'Please tell us the street and number.'),
  city: line(80, 'Please tell us the town or city.'),
  postcode: line(16, 'Please tell us the postcode.'),
  country: z.enum(Object.keys(COUNTRIES) as [keyof typeof COUNTRIES], 'Please choose a country that we deliver to.'),
  deliveryMethod: z.enum(DELIVERY_METHODS, 'Please choose how we deliver.'),
  paymentMethod: z.enum(Object.keys(TEST_CARDS) as [keyof typeof TEST_CARDS], 'Please choose a card.'),
})

/** The same where the payment comes from Stripe's card form: a token of it, and nothing else. */
export const cardCheckoutForm = checkoutForm.extend({
  paymentMethod: z.string('Please enter your card.').refine(isCardToken, 'Please enter your card.'),
})
