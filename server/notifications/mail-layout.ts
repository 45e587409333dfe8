import type { Mail } from './mailer.ts'

export type MailContent = {
  readonly to: string
  readonly subject: string
  /** Unique to this mail, and the same when it is sent again. */
  readonly messageId: string
  readonly opening: string
  readonly rows: readonly (readonly [what: string, value: string])[]
  readonly address: readonly string[]
  readonly link: string
  /** The order's, as the shopper knows it. */
  readonly number: string
}

/** A mail about an order, as text and as HTML. Whatever a shopper typed stays text in both. */
export function layOut({ to, subject, messageId, opening, rows, address, link, number }: MailContent): Mail {
  return {
    to,
    subject,
    messageId: `<${messageId}@saleday>`,
    text: [opening, ...rows.map((row) => row.join('   ')), `Deliver to:\n${address.join('\n')}`, `Your order: ${link}`].join('\n\n'),
    html: `<!doctype html><html lang="en"><body style="font-family:Georgia,serif;color:#1c1a17;max-width:34rem;margin:2rem auto;padding:0 1rem">
<h1 style="font-size:1.4rem;font-weight:normal">${escapeHtml(subject)}</h1>
<p>${escapeHtml(opening)}</p>
<table style="width:100%;border-collapse:collapse">${rows.map(([what, sum]) => `<tr><td style="padding:.4rem 0;border-bottom:1px solid #ddd">${escapeHtml(what)}</td><td style="padding:.4rem 0;border-bottom:1px solid #ddd;text-align:right">${escapeHtml(sum)}</td></tr>`).join('')}</table>
<p>${address.map(escapeHtml).join('<br>')}</p>
<p><a href="${escapeHtml(link)}" style="color:#a33b1f">See order ${number}</a></p>
</body></html>`,
  }
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
