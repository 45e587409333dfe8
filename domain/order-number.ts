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

const NUMBER = /^SD-?([0-9A-Z]{4})-?([0-9A-Z]{4})$/

/** The last ten hexadecimal digits of the UUIDs that have this number, read as leniently as it may be typed; null for what is none. */
export function idEndOf(number: string): string | null {
  const [, first, second] = NUMBER.exec(number.trim().toUpperCase()) ?? []
  if (!first || !second) return null
  let bits = 0n
  for (const letter of (first + second).replaceAll('O', '0').replace(/[IL]/g, '1')) {
    const value = ALPHABET.indexOf(letter)
    if (value === -1) return null
    bits = (bits << 5n) | BigInt(value)
  }
  return bits.toString(16).padStart(10, '0')
}
