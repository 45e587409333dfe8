import { type NextRequest, NextResponse } from 'next/server'
import { addOrder, mayOpen, ORDERS_COOKIE, ORDERS_KEEP_SECONDS } from '#/server/orders/order-access.ts'
import { isOrderKey } from '#/server/orders/order-link.ts'
import { attributes } from '#/server/web/cookie-attributes.ts'
import { problemPage } from '#/server/web/problem-page.ts'

/** Runs before order pages only: it costs every request that it sees. */
export const config = { matcher: '/orders/:path*' }

/** Order pages stream, so their status is decided here: whoever may not open one gets a 404 that does not say whether it exists. */
export default function openOrder(request: NextRequest): Response {
  const [, , orderId = ''] = request.nextUrl.pathname.split('/')
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
