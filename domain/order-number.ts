/** Crockford's alphabet: no I, L, O, U, so that a number survives being read aloud. Source: https://www.crockford.com/base32.html */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** The short number people see, such as `SD-7F3K-92QX`: the last 40 bits of the order's UUID. A handle, not a secret and not a key. */
export function orderNumber(orderId: string): string {
  let bits = BigInt(`0x${orderId.replaceAll('-', '').slice(-10)}`)
  let text = ''
  for (let i = 0; i < 8; i += 1) {
    text = ALPHABET[Number(bits & 31n)] + text
    bits >>= 5n
  }
  return `SD-${text.slice(0, 4)}-${text.slice(4)}`
}
