import type { BankStep, Charge, ConfirmationToken, PaymentIntent, Refund } from './objects.ts'

/** What an operation changes in the books, all of it or none. */
export type Changes = {
  readonly intents?: readonly PaymentIntent[]
  readonly charges?: readonly Charge[]
  readonly refunds?: readonly Refund[]
  readonly steps?: readonly BankStep[]
  readonly tokens?: readonly ConfirmationToken[]
}

/** Changes and their answer: an object, or a GatewayError. A decline changes the books and is an error at once. */
export type Outcome = Changes & { readonly answer: unknown }
