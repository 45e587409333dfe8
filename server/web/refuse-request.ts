import type { IncomingHttpHeaders } from 'node:http'

export type Refusal = { readonly status: number; readonly title: string; readonly text: string }

/** The largest form of ours is a checkout of 20 lines: some 8 KB. */
const MAX_BODY_BYTES = 64 * 1024

/** Events of the payment gateway hold whole objects of it. */
const MAX_WEBHOOK_BYTES = 256 * 1024

/** What nothing of ours has to look at: a damaged address, a body from a foreign page, of unsaid size or too large. Null for all else. */
export function refuseRequest(method: string, url: string, headers: IncomingHttpHeaders): Refusal | null {
  if (!isDecodable(url)) return refusal(400, 'That address is damaged', 'It contains characters that no address of ours has.')
  const length = headers['content-length']
  const hasBody = length !== undefined || headers['transfer-encoding'] !== undefined
  if ((method === 'GET' || method === 'HEAD') && !hasBody) return null
  if (isForeign(headers)) {
    return refusal(403, 'This came from another site', 'For your safety we take forms from our own pages only. Nothing was changed.')
  }
  if (!hasBody) return null
  if (length === undefined) {
    return refusal(411, 'How long is it?', 'We take forms only when their size is said beforehand. Nothing was changed.')
  }
  if (Number(length) > (isWebhook(url) ? MAX_WEBHOOK_BYTES : MAX_BODY_BYTES)) {
    return refusal(413, 'That was too much', 'The form you sent is larger than any of ours. Nothing was changed.')
  }
  return null
}

function isWebhook(url: string): boolean {
  return url.split('?')[0] === '/api/webhooks/stripe'
}

/** Browsers name the page that a form came from; what names none is not a browser, and carries nobody's cookies by mistake. */
function isForeign({ origin, host, 'x-forwarded-host': forwardedHosts }: IncomingHttpHeaders): boolean {
  if (origin === undefined) return false
  // Of several proxies the first one knows what the browser asked for.
  const asked = forwardedHosts === undefined ? host : String(forwardedHosts).split(',')[0]?.trim()
  return !URL.canParse(origin) || new URL(origin).host !== asked
}

function isDecodable(url: string): boolean {
  try {
    decodeURI(url)
    return true
  } catch {
    return false
  }
}

function refusal(status: number, title: string, text: string): Refusal {
  return { status, title, text }
}
