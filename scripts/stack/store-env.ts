import type { Secrets } from './secrets.ts'

export type Addresses = {
  readonly databaseUrl: string
  readonly coreUrl: string
  readonly cacheUrl: string
  readonly smtpUrl: string
  /** The local gateway; null where Stripe itself is meant. */
  readonly gatewayUrl: string | null
  readonly stripeKey: string
  readonly mediaDir: string
  readonly assetsDir: string
  readonly port: number
}

/** The environment of web and workers, as server/env.ts reads it. What is set outside already goes before what we would choose. */
export function storeEnv(addresses: Addresses, secrets: Secrets, outside: Record<string, string | undefined>): Record<string, string> {
  const local = `http://localhost:${addresses.port}`
  const chosen: Record<string, string> = {
    SESSION_SECRET: secrets.sessionSecret,
    INTERNAL_TOKEN: secrets.internalToken,
    NEXT_SERVER_ACTIONS_ENCRYPTION_KEY: secrets.actionsKey,
    MEDIA_DIR: addresses.mediaDir,
    ASSETS_DIR: addresses.assetsDir,
    PUBLIC_URL: local,
    WEB_URL: local,
    LOG_LEVEL: 'info',
  }
  for (const name of Object.keys(chosen)) if (outside[name]) chosen[name] = outside[name]
  return {
    ...chosen,
    DATABASE_URL: addresses.databaseUrl,
    CORE_REDIS_URL: addresses.coreUrl,
    CACHE_REDIS_URL: addresses.cacheUrl,
    SMTP_URL: addresses.smtpUrl,
    STRIPE_SECRET_KEY: addresses.stripeKey,
    ...(addresses.gatewayUrl && addresses.stripeKey === secrets.stripeKey ? localGateway(addresses.gatewayUrl, secrets) : {}),
    ...given(outside, ['STRIPE_WEBHOOK_SECRET', 'STRIPE_PUBLISHABLE_KEY', 'STRIPE_JS_URL']),
    ...(addresses.gatewayUrl ? { STRIPE_API_URL: addresses.gatewayUrl } : {}),
  }
}

/** Our gateway signs its webhooks with our secret and has a card form of its own; what Stripe signs with is known outside only. */
function localGateway(url: string, secrets: Secrets): Record<string, string> {
  return { STRIPE_WEBHOOK_SECRET: secrets.webhookSecret, STRIPE_JS_URL: new URL('/_local/stripe.js', url).href }
}

function given(outside: Record<string, string | undefined>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (outside[name] ? [[name, outside[name]]] : [])))
}
