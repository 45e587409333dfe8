import { createHash } from 'node:crypto'
import { env } from '../env.ts'
import { cardForm } from '../payments/payment-methods.ts'

/**
 * `Content-Security-Policy`, all of it: no page runs or shows what is not its own, and none may be framed. There is no `unsafe-inline` and no
 * `unsafe-eval`: scripts and styles that stand in a page are allowed by their hashes.
 */
export type PageSources = {
  readonly scripts?: readonly string[]
  readonly styles?: readonly string[]
  /** Hashes of `style` attributes. */
  readonly attributes?: readonly string[]
  /** Directives that are this page's own. */
  readonly more?: readonly string[]
}

export function pagePolicy({ scripts = [], styles = [], attributes = [], more = [] }: PageSources): string {
  const list = (sources: readonly string[]) => [...new Set(sources)].join(' ')
  return [
    "default-src 'self'",
    `script-src ${list(["'self'", ...scripts])}`,
    `style-src ${list(["'self'", ...styles])}`,
    ...(attributes.length > 0 ? [`style-src-attr ${list(["'unsafe-hashes'", ...attributes])}`] : []),
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    FRAMING,
    ...more,
  ].join('; ')
}

/** Proxies take 4 to 16 KB of headers in all, and there are others beside it. Room for some 50 hashes; pages of ours have about ten. */
const MAX_POLICY_LENGTH = 3500

/** Browsers heed it in a header only, and complain of it elsewhere. */
const FRAMING = "frame-ancestors 'none'"

/**
 * A policy that is longer than a header may be stands in the document instead, before everything that it is about; the header then says only
 * who may frame the page. What has no head is given no policy that would let anything run.
 */
export function fitPolicy(html: string, policy: string): { readonly html: string; readonly policy: string } {
  if (policy.length <= MAX_POLICY_LENGTH) return { html, policy }
  const at = html.indexOf('<head>') + '<head>'.length
  if (at < '<head>'.length) return { html, policy: pagePolicy({}) }
  const inside = policy
    .split('; ')
    .filter((directive) => directive !== FRAMING)
    .join('; ')
  const meta = `<meta http-equiv="Content-Security-Policy" content="${inside}"/>`
  return { html: html.slice(0, at) + meta + html.slice(at), policy: FRAMING }
}

/** A browser reads every kind of line end as one, before it hashes. */
export function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text.replaceAll(/\r\n?/g, '\n')).digest('base64')}'`
}

/** For what is no page: it loads nothing, wherever it is opened. */
export const NO_PAGE_POLICY = "default-src 'none'; frame-ancestors 'none'"

/**
 * What a page about one shopper has from elsewhere: where shoppers pay with cards of their own, Stripe's form comes from Stripe and talks to
 * it. Source: https://docs.stripe.com/security/guide#content-security-policy
 */
export function paymentSources(): PageSources {
  const form = cardForm()
  if (!form) return {}
  const { origin } = new URL(form.scriptUrl)
  const isStripe = origin === 'https://js.stripe.com'
  const talks = isStripe ? 'https://api.stripe.com https://maps.googleapis.com' : origin
  const frames = isStripe ? 'https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com' : origin
  return { scripts: [origin], more: [`connect-src 'self' ${talks}`, `frame-src ${frames}`] }
}

/** Two years, as browsers' own lists ask for. Only where the shop is reached by HTTPS: a browser would never open it by HTTP again. */
const HSTS = 'max-age=63072000; includeSubDomains'

/** Every answer has these, whoever gives it; its policy depends on what it is. Stripe's form may ask a browser to pay from within its frame. */
export function securityHeaders(): Readonly<Record<string, string>> {
  const form = cardForm()
  const payment = form ? `(self "${new URL(form.scriptUrl).origin}")` : '(self)'
  return {
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'strict-origin-when-cross-origin',
    'permissions-policy': `camera=(), microphone=(), geolocation=(), payment=${payment}`,
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    ...(env().PUBLIC_URL.startsWith('https:') ? { 'strict-transport-security': HSTS } : {}),
  }
}
