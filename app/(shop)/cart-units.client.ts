/** Units that the cart held when the server last told this browser. */
export function unitsInCookie(): number {
  return Number(/(?:^|; )cart_count=(\d{1,4})/.exec(document.cookie)?.[1] ?? 0)
}
