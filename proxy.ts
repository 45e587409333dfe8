import { type NextRequest, NextResponse } from 'next/server'
import { addOrder, mayOpen, ORDERS_COOKIE, ORDERS_KEEP_SECONDS } from '#/server/orders/order-access.ts'
import { isOrderKey } from '#/server/orders/order-link.ts'
import { attributes } from '#/server/web/cookie-attributes.ts'
import { problemPage } from '#/server/web/problem-page.ts'

/** Runs before order pages and before every request with a body; display pages never pass here. */
export const config = {
  matcher: [
    '/orders/:path*',
    { source: '/:path*', has: [{ type: 'header', key: 'content-length' }] },
    { source: '/:path*', has: [{ type: 'header', key: 'transfer-encoding' }] },
  ],
}

/** The largest form of ours is a checkout of 20 lines: some 8 KB. */
const MAX_BODY_BYTES = 64 * 1024

export default function proxy(request: NextRequest): Response {
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuseBody(request) ?? NextResponse.next()
  const [, folder, orderId] = request.nextUrl.pathname.split('/')
  return folder === 'orders' ? openOrder(request, orderId ?? '') : NextResponse.next()
}

/** A body from a foreign page, of unsaid size or too large is refused before anything reads it. */
function refuseBody(request: NextRequest): Response | null {
  if (isForeign(request))
    return problemPage(403, 'This came from another site', 'For your safety we take forms from our own pages only. Nothing was changed.')
  const length = request.headers.get('content-length')
  if (length === null)
    return problemPage(411, 'How long is it?', 'We take forms only when their size is said beforehand. Nothing was changed.')
  if (!/^\d+$/.test(length) || Number(length) > MAX_BODY_BYTES) {
    return problemPage(413, 'That was too much', 'The form you sent is larger than any of ours. Nothing was changed.')
  }
  return null
}

/** Browsers name the page that a form came from; what names none is not a browser, and carries nobody's cookies by mistake. */
function isForeign(request: NextRequest): boolean {
  const origin = request.headers.get('origin')
  if (origin === null) return false
  const host = request.headers.get('x-forwarded-host') ?? request.headers.get('host')
  return !URL.canParse(origin) || new URL(origin).host !== host
}

/** Order pages stream, so their status is decided here: whoever may not open one gets a 404 that does not say whether it exists. */
function openOrder(request: NextRequest, orderId: string): Response {
  const key = request.nextUrl.searchParams.get('key')
  const cookie = request.cookies.get(ORDERS_COOKIE)?.value
  if (key !== null && isOrderKey(orderId, key)) {
    // The key goes into the cookie and out of the address, where it would be shared by mistake.
    const opened = NextResponse.redirect(new URL(`/orders/${orderId}`, request.url), 303)
    opened.cookies.set(ORDERS_COOKIE, addOrder(cookie, orderId), { ...attributes(), maxAge: ORDERS_KEEP_SECONDS })
    return opened
  }
  if (mayOpen(cookie, orderId)) return NextResponse.next()
  return problemPage(
    404,
    'We cannot show this order here',
    'An order opens in the browser that placed it, or by the link in its e-mail. Please use that link, and write to us if it does not work.',
  )
}
