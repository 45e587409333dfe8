import { createHmac, timingSafeEqual } from 'node:crypto'
import { env } from './env.ts'

/** What a signature is for; a signature for one purpose proves nothing for another. */
export type Purpose = 'cart' | 'checkout' | 'checkout-note' | 'orders' | 'order-link'

/** `payload.signature`, both base64url. The payload is readable by whoever holds it, so it carries nothing secret. */
export function signed(purpose: Purpose, payload: unknown): string {
  const text = Buffer.from(JSON.stringify(payload)).toString('base64url')
  return `${text}.${signatureOf(purpose, text, currentSecret())}`
}

/** The payload of a text that `signed` made for the same purpose under a secret we still believe; null for anything else. */
export function unsigned(purpose: Purpose, text: string): unknown {
  const at = text.lastIndexOf('.')
  if (at <= 0 || !isSignature(purpose, text.slice(0, at), text.slice(at + 1))) return null
  try {
    return JSON.parse(Buffer.from(text.slice(0, at), 'base64url').toString())
  } catch {
    return null
  }
}

/** A signature on its own, for a link. */
export function sign(purpose: Purpose, text: string): string {
  return signatureOf(purpose, text, currentSecret())
}

export function isSignature(purpose: Purpose, text: string, signature: string): boolean {
  const given = Buffer.from(signature)
  return env().SESSION_SECRET.some((secret) => {
    const expected = Buffer.from(signatureOf(purpose, text, secret))
    return given.length === expected.length && timingSafeEqual(given, expected)
  })
}

function signatureOf(purpose: Purpose, text: string, secret: string): string {
  return createHmac('sha256', secret).update(`${purpose}\n${text}`).digest('base64url')
}

function currentSecret(): string {
  const [secret] = env().SESSION_SECRET
  if (!secret) throw new Error('SESSION_SECRET is empty')
  return secret
}
