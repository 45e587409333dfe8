import { unreachable } from '#/domain/unreachable.ts'
import type { OrderView } from '#/server/inventory/stock-counters.ts'

/** What an order's state means to the shopper, and what happens next. */
export function stateWords({ state, reason, holdUntilMs }: OrderView): { title: string; text: string } {
  switch (state) {
    case 'RECEIVED':
      if (reason === 'SET_ASIDE') {
        return {
          title: 'We are looking into your order',
          text: 'We have it, but something about it needs a person. Nothing was charged. This page shows how it goes on.',
        }
      }
      return {
        title: 'Order received',
        text: 'Thank you. We have it, and are setting your items aside. This page follows along by itself.',
      }
    case 'ALLOCATED':
      return { title: 'Stock confirmed', text: 'Your items are set aside for you. Payment comes next.' }
    case 'PAYING':
      return { title: 'Taking payment', text: 'We are asking your card. This takes a few seconds; sometimes a bank takes longer.' }
    case 'CONFIRMED':
      return { title: 'Order confirmed', text: 'Your payment went through. A receipt is on its way to you by e-mail.' }
    case 'ACTION_REQUIRED':
      return { title: 'Your bank asks you to confirm', text: `You were not charged yet. We keep your items until ${timeOf(holdUntilMs)}.` }
    case 'FULFILLED':
      return { title: 'On its way', text: 'Everything that you ordered has left us.' }
    case 'REFUNDED':
      return { title: 'Refunded', text: 'Your money is on its way back to you.' }
    case 'REJECTED':
      if (reason === 'NOT_ACCEPTED' || reason === 'UNREADABLE') {
        return {
          title: 'We could not take your order',
          text: 'Something about it was wrong on our side, and we are sorry. You were not charged. Please order once more.',
        }
      }
      return { title: 'Sold out', text: 'The last of it went to somebody else a moment before you. You were not charged.' }
    case 'DECLINED':
      return {
        title: 'Your card was declined',
        text: `${declined(reason)} You were not charged. We keep your items until ${timeOf(holdUntilMs)}.`,
      }
    case 'CANCELLED':
      return { title: 'Order cancelled', text: 'No payment came in time, so your items went back on sale. You were not charged.' }
    default:
      return unreachable(state)
  }
}

function declined(reason: string | null): string {
  switch (reason) {
    case 'insufficient_funds':
      return 'There was not enough money on it.'
    case 'expired_card':
      return 'It has expired.'
    case 'authentication_required':
      return 'Your bank asks for a step that we cannot offer yet.'
    default:
      return 'Your bank did not say why.'
  }
}

/** To the minute, in the time of the shop, because the server does not know the shopper's. */
function timeOf(ms: number | null): string {
  return ms === null ? 'further notice' : `${new Date(ms).toISOString().slice(11, 16)} UTC`
}
