import type { Books } from './books.ts'
import { settleIntent } from './confirm-intent.ts'
import { GatewayError } from './gateway-error.ts'
import type { PaymentIntent } from './objects.ts'
import type { Changes } from './outcome.ts'
import { laterOf } from './refunds.ts'
import { findTestCard } from './test-cards.ts'
import type { UnderWay } from './under-way.ts'

type Bank = { readonly books: Books; readonly underWay: UnderWay; readonly now: () => number }

/** Carries refunds of at least this age on to what becomes of them. */
export async function settleRefunds(bank: Bank, afterMs: number): Promise<void> {
  for (const { id, created, payment_intent: intentId } of bank.books.unsettledRefunds()) {
    if (created * 1000 + afterMs <= bank.now()) await settle(bank, intentId, () => laterOf(bank.books, id))
  }
}

/** Carries payments that are processing, and whose intents have at least this age, on to what becomes of them. */
export async function settlePayments(bank: Bank, afterMs: number): Promise<void> {
  for (const { id, created } of bank.books.processingIntents()) {
    if (created * 1000 + afterMs <= bank.now()) await settle(bank, id, () => afterProcessing(bank.books.intent(id), bank.now()))
  }
}

/** One whose intent is in use is left for the next look. */
async function settle({ books, underWay }: Bank, intentId: string, toChanges: () => Changes | null): Promise<void> {
  try {
    await underWay.holdingObjects([intentId], async () => {
      const changes = toChanges()
      if (changes) await books.write(changes)
    })
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
  }
}

function afterProcessing(intent: PaymentIntent | undefined, now: number): Changes | null {
  const card = findTestCard(intent?.payment_method ?? '')
  if (intent?.status !== 'processing' || !intent.payment_method || card?.outcome.kind !== 'processing') return null
  const { answer: _answer, ...changes } = settleIntent(intent, intent.payment_method, card, card.outcome.later, now)
  return changes
}
