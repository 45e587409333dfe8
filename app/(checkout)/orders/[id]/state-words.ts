import { isFinal, isShoppersTurn } from '#/domain/order-state.ts'
import type { Step } from '#/domain/order-timeline.ts'
import { unreachable } from '#/domain/unreachable.ts'
import type { OrderView } from '#/server/inventory/stock-counters.ts'
import { stepWords } from './timeline-words.ts'

/** `keepsItems`: whether the shopper has to know until when. */
export type StateWords = { readonly title: string; readonly text: string; readonly keepsItems: boolean }

/** What an order's state means to the shopper, and what happens next. */
export function stateWords(view: OrderView): StateWords {
  const [title, text] = view.cancelling && !isFinal(view.state) ? CANCELLING : words(view)
  return { title, text, keepsItems: isShoppersTurn(view) }
}

/** The newest step in a sentence or two, for whoever hears the page and does not see it. */
export function newsOf(view: OrderView, steps: readonly Step[]): string {
  const now = steps.find(({ place }) => place === 'current')
  const { title, text } = stateWords(view)
  const parcel = view.parcels.at(-1)
  switch (now?.kind) {
    case 'parcel':
      return parcel ? `${stepWords(now)}, ${parcel.tracking}.` : `${stepWords(now)}.`
    case 'refund-asked':
    case 'refund-failed':
    case 'part-refunded':
      return `${stepWords(now)}.`
    default:
      return `${title}. ${text}`
  }
}

type Words = readonly [title: string, text: string]

const CANCELLING: Words = [
  'We are cancelling your order',
  'Your payment is stopped first. Should your bank have been faster, the order stands and this page says so.',
]

function words({ state, reason, cancelling, refunds }: OrderView): Words {
  switch (state) {
    case 'RECEIVED':
      if (reason === 'SET_ASIDE') {
        return [
          'We are looking into your order',
          'We have it, but something about it needs a person. Nothing was charged. This page shows how it goes on.',
        ]
      }
      return ['Order received', 'Thank you. We have it, and are setting your items aside. This page follows along by itself.']
    case 'ALLOCATED':
      return ['Stock confirmed', 'Your items are set aside for you. Payment comes next, by itself.']
    case 'PAYING':
      return ['Taking payment', 'We are asking your card. This takes a few seconds; sometimes a bank takes longer.']
    case 'ACTION_REQUIRED':
      return ['Your bank asks you to confirm', 'You were not charged yet. Your bank sends you back here afterwards.']
    case 'DECLINED':
      return ['Your card was declined', `${declined(reason)} You were not charged.`]
    case 'CONFIRMED':
      return cancelling
        ? ['Order confirmed', 'Your payment was faster than your wish to cancel, so the order stands. A receipt is on its way by e-mail.']
        : ['Order confirmed', 'Your payment went through. A receipt is on its way to you by e-mail.']
    case 'FULFILLED':
      return ['On its way', 'Everything that is to come has left us.']
    case 'REFUNDED':
      return ['Refunded', 'Your money is on its way back to you. Your bank may take a few days to show it.']
    case 'REJECTED':
      return rejected(reason)
    case 'CANCELLED':
      return ['Order cancelled', `${cancelled(reason)} ${refunds.length > 0 ? PAID_NEVERTHELESS : 'You were not charged.'}`]
    default:
      return unreachable(state)
  }
}

const PAID_NEVERTHELESS = 'A payment came in nevertheless, and all of it goes back to you.'

function declined(reason: string | null): string {
  switch (reason) {
    case 'insufficient_funds':
      return 'There was not enough money on it.'
    case 'expired_card':
      return 'It has expired.'
    case 'authentication_required':
      return 'Your bank asks for a step that it does not offer here.'
    case 'authentication_failed':
      return 'Your bank did not get your confirmation.'
    default:
      return 'Your bank did not say why.'
  }
}

function cancelled(reason: string | null): string {
  switch (reason) {
    case 'BY_SHOPPER':
      return 'As you asked. Your items went back on sale.'
    case 'PAYMENT_CANCELLED':
      return 'Its payment was cancelled, so your items went back on sale.'
    default:
      return 'No payment came in time, so your items went back on sale.'
  }
}

function rejected(reason: string | null): Words {
  switch (reason) {
    case 'CUSTOMER_LIMIT_REACHED':
      return ['One too many', 'You have ordered as many of it as one customer can, in all orders together. You were not charged.']
    case 'CODE_USED_UP':
      return ['The code was used up', 'The last use of your code went to somebody else a moment before you. You were not charged.']
    case 'NOT_ACCEPTED':
    case 'UNREADABLE':
      return [
        'We could not take your order',
        'Something about it was wrong on our side, and we are sorry. You were not charged. Please order once more.',
      ]
    default:
      return ['Sold out', 'The last of it went to somebody else a moment before you. You were not charged.']
  }
}
