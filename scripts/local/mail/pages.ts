import type { Message } from './mailbox.ts'

const STYLE = `
:root{color-scheme:light dark;--paper:#fcfaf6;--ink:#251e18;--quiet:#6b6157;--rule:#ddd6cb}
@media (prefers-color-scheme:dark){:root{--paper:#1b1815;--ink:#efeae2;--quiet:#a89f94;--rule:#3b352f}}
body{margin:0 auto;max-width:46rem;padding:1.5rem 1rem 4rem;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
h1{font:500 1.6rem/1.2 Georgia,serif}
a{color:inherit}ul{list-style:none;padding:0}li{border-top:1px solid var(--rule)}
li a{display:grid;grid-template-columns:1fr auto;gap:.2rem 1rem;padding:.8rem 0;text-decoration:none}li a:hover strong{text-decoration:underline}
.quiet{color:var(--quiet)}dl{display:grid;grid-template-columns:auto 1fr;gap:.2rem 1rem}dd{margin:0;overflow-wrap:anywhere}
iframe{width:100%;height:32rem;border:1px solid var(--rule);background:#fff}pre{white-space:pre-wrap;overflow-wrap:anywhere;border-top:1px solid var(--rule);padding-top:1rem}`

/** Nothing but our own style and the framed message may load; the message itself may load nothing. */
export const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
export const MESSAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; sandbox allow-popups"

export function listPage(messages: readonly Message[]): string {
  const items = messages.map(
    (message) =>
      `<li><a href="/messages/${message.id}"><strong>${escapeHtml(message.subject || '(no subject)')}</strong><time class="quiet" datetime="${message.date}">${shortDate(message.date)}</time><span class="quiet">to ${escapeHtml(message.to.join(', '))}</span></a></li>`,
  )
  const list =
    items.length > 0 ? `<ul>${items.join('')}</ul>` : '<p class="quiet">Nothing yet. What the shop sends appears here by itself.</p>'
  return page('Mail', `<h1>Mail that the shop has sent</h1>${list}`, '<meta http-equiv="refresh" content="5">')
}

export function messagePage(message: Message): string {
  const fields: [string, string][] = [
    ['From', message.from],
    ['To', message.to.join(', ')],
    ['Sent', shortDate(message.date)],
    ['Message-ID', message.messageId],
  ]
  const html = message.html ? `<iframe sandbox title="The message" src="/messages/${message.id}/html"></iframe>` : ''
  return page(
    message.subject,
    `<p><a href="/">All mail</a></p><h1>${escapeHtml(message.subject || '(no subject)')}</h1>
<dl>${fields.map(([name, value]) => `<dt class="quiet">${name}</dt><dd>${escapeHtml(value)}</dd>`).join('')}</dl>
${html}<pre>${escapeHtml(message.text)}</pre><p><a href="/messages/${message.id}/source">Source</a></p>`,
  )
}

export function notFoundPage(): string {
  return page('Not here', '<h1>There is no such message</h1><p><a href="/">All mail</a></p>')
}

function page(title: string, body: string, head = ''): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">${head}<title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body>${body}</body></html>`
}

function shortDate(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
