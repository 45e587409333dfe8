import type { AtBank } from './bank.ts'
import { findTestCard } from './test-cards.ts'

export type Page = { readonly status: number; readonly title: string; readonly body: string }

const OVER = {
  paid: ['This payment is confirmed already', 'The card was charged once. There is nothing more to do here.'],
  cancelled: ['This payment was cancelled', 'The card was not charged, and cannot be any more.'],
  refused: ['This payment was refused already', 'The card was not charged. The shop can ask for another card.'],
  replaced: ['This step is over', 'The shop has asked for another card since. This page confirms nothing.'],
} as const

/** What the bank shows its customer. */
export function bankPage(at: AtBank): Page {
  if (at.kind === 'unknown')
    return { status: 404, title: 'No such payment', body: '<p>This bank was asked about no payment of that name.</p>' }
  if (at.kind === 'over') {
    const [title, text] = OVER[at.why]
    return { status: 409, title, body: `<p>${text}</p><p><a href="${escaped(at.backUrl)}">Back to the shop</a></p>` }
  }
  const { intent, paymentMethod } = at
  const money = `€${(intent.amount / 100).toFixed(2)}`
  return {
    status: 200,
    title: 'Confirm this payment',
    body: `<p>A shop asks for <strong>${money}</strong> from your card ending ${escaped(findTestCard(paymentMethod)?.last4 ?? '')}.</p>
<form method="post">
<button name="answer" value="confirm">Confirm payment</button>
<button name="answer" value="refuse">Refuse</button>
</form>
<p>This bank is a rehearsal: no card exists and no money moves.</p>`,
  }
}

export const BUSY: Page = {
  status: 409,
  title: 'One moment, please',
  body: '<p>The bank is working on this payment. Please <a href="">look again</a>.</p>',
}

export const OUT_OF_ORDER: Page = {
  status: 503,
  title: 'The bank cannot be reached',
  body: '<p>Nothing was charged. Please <a href="">try again</a>.</p>',
}

export function toHtml({ title, body }: Page): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${title} – Rehearsal Bank</title>
<style>
body { font: 1.125rem/1.5 system-ui, sans-serif; max-width: 32rem; margin: 3rem auto; padding: 0 1rem; color: #1a1a1a; background: #fff }
button { font: inherit; padding: 0.5rem 1rem; margin-right: 0.5rem }
</style>
</head>
<body><main><h1>${title}</h1>${body}</main></body>
</html>
`
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
