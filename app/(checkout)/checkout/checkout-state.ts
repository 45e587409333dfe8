/** What came of a press on "Place order" that did not lead to an order. Plain data: it travels in the form without JavaScript. */
export type CheckoutState = {
  /** What happened and what to do next; empty before the first press. */
  readonly message: string
  /** An order that this checkout became before. */
  readonly orderPath?: string
  readonly errors: Readonly<Partial<Record<string, string>>>
  /** What the shopper typed, so that nothing has to be typed twice. */
  readonly values: Readonly<Partial<Record<string, string>>>
}

export const FIRST_STATE: CheckoutState = { message: '', errors: {}, values: {} }
