import { z } from 'zod'

const redisUrl = z.url({ protocol: /^rediss?$/ })
const logLevels = z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info')

const addresses = z
  .string()
  .transform((text) => text.split(','))
  .pipe(z.array(z.url({ protocol: /^https?$/ })).min(1))

/** Of what most leave out: empty is as good as unset, as files for containers have it. */
function unlessEmpty<T extends z.ZodType>(wanted: T) {
  return z.preprocess((given) => (given === '' ? undefined : given), wanted.optional())
}

/**
 * The only reader of process.env. Everything is checked once, when the first part of a process asks; a missing or wrong value stops the
 * process with the list of what to set. `npm start` sets them all; docs/guides/configuration.md says what each is for.
 */
const schema = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  /** One Redis, or several nodes of one cluster after commas. */
  CORE_REDIS_URL: z.string().refine((text) => text.split(',').every((address) => redisUrl.safeParse(address).success), 'Invalid URL'),
  /** How many replicas of core have to have an order before the shopper hears that it was received. */
  CORE_REPLICAS_ACK: z.coerce.number().int().min(0).max(9).default(0),
  CACHE_REDIS_URL: redisUrl,
  /** Signs cookies, checkout tokens and order links. The first signs; the others, after commas, are still believed. */
  SESSION_SECRET: z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(z.string().min(32))),
  /** What our own processes show each other, at /api/cache. */
  INTERNAL_TOKEN: z.string().min(32),
  STRIPE_SECRET_KEY: z.string().min(8),
  /** Set where the payment gateway is our local one, unset for Stripe itself. */
  STRIPE_API_URL: z.url().optional(),
  /** Signs what the gateway tells us. Several after commas are all believed; without one no webhook is. */
  STRIPE_WEBHOOK_SECRET: z
    .string()
    .default('')
    .transform((text) => (text === '' ? [] : text.split(',')))
    .pipe(z.array(z.string().min(16))),
  /** With it shoppers pay with cards of their own, in Stripe's form; without it, with test cards. */
  STRIPE_PUBLISHABLE_KEY: z
    .string()
    .regex(/^pk_\w+$/)
    .optional(),
  /** Where Stripe's form comes from. */
  STRIPE_JS_URL: z.url().default('https://js.stripe.com/clover/stripe.js'),
  SMTP_URL: z.url({ protocol: /^smtps?$/ }),
  MAIL_FROM: z.string().default('Saleday <orders@saleday.example>'),
  /** Where encoded photographs are kept. */
  MEDIA_DIR: z.string().min(1),
  /** Where the files that pages ask for are kept, those of releases before too; without it, the build's own are all there is. */
  ASSETS_DIR: z.string().min(1).optional(),
  /** How shoppers reach the store. */
  PUBLIC_URL: z.url(),
  /** How our own processes reach a web process. */
  WEB_URL: z.url(),
  /** Every web process, after commas, for whoever walks them one by one; without it, the one above. */
  PREWARM_URLS: unlessEmpty(addresses),
  /** How our own processes reach the edge, where there is one. */
  EDGE_URL: unlessEmpty(z.url({ protocol: /^https?$/ })),
  /** Where the build is, in the project's folder; next.config.mjs reads it too. */
  NEXT_DIST_DIR: z.string().default('.next'),
  /** Set in a production build alone: up to which number of the feed its pages know what was told, as `epoch:number`. */
  BUILT_AS_OF: z
    .string()
    .regex(/^[0-9a-f-]{36}:\d+$/)
    .transform((text) => ({ epoch: text.slice(0, 36), sequence: Number(text.slice(37)) }))
    .optional(),
  LOG_LEVEL: logLevels,
})

export type Env = z.infer<typeof schema>

let parsed: Env | undefined

export function env(): Env {
  parsed ??= parse()
  return parsed
}

/** On its own, because a process logs before, and when, the rest of its environment turns out to be wrong. */
export function logLevel(): Env['LOG_LEVEL'] {
  return logLevels.catch('info').parse(process.env.LOG_LEVEL)
}

/** Where logs go: stdout, or the file descriptor that a command was given for them, so that its answer stands alone. */
export function logDescriptor(): number {
  return z.coerce.number().pipe(z.int().min(1).max(9)).catch(1).parse(process.env.LOG_FD)
}

/** What a command for operators needs, which may run where nothing else is configured. Throws as `env` does. */
export function operatorEnv(): Pick<Env, 'DATABASE_URL' | 'CORE_REDIS_URL'> {
  return check(schema.pick({ DATABASE_URL: true, CORE_REDIS_URL: true }), process.env)
}

/** The same for a command about the catalogue. */
export function catalogEnv(): Pick<Env, 'DATABASE_URL'> {
  return check(schema.pick({ DATABASE_URL: true }), process.env)
}

/** The same for a command about photographs. */
export function photosEnv(): Pick<Env, 'DATABASE_URL' | 'MEDIA_DIR'> {
  return check(schema.pick({ DATABASE_URL: true, MEDIA_DIR: true }), process.env)
}

const prewarmSchema = schema
  .pick({ DATABASE_URL: true, INTERNAL_TOKEN: true, PUBLIC_URL: true, WEB_URL: true, PREWARM_URLS: true, EDGE_URL: true })
  .partial()

/** The same for the command that warms pages: none of it is needed where it is told an address. */
export function prewarmEnv(): z.infer<typeof prewarmSchema> {
  return check(prewarmSchema, process.env)
}

const edgeSchema = schema.pick({ DATABASE_URL: true }).extend({
  /** What stands in front, see deploy/edge. */
  EDGE_KIND: z.enum(['nginx', 'varnish']).default('nginx'),
  /** Where nginx keeps what it keeps; for either, up to where everything is settled. */
  EDGE_FOLDER: z.string().min(1),
  /** Where it takes orders, and the word that it takes them by. */
  EDGE_CONTROL_URL: z.url(),
  EDGE_TOKEN: z.string().min(16),
})

/** What the follower beside an edge needs; `npm run edge` sets all of it. Throws as `env` does. */
export function edgeEnv(): z.infer<typeof edgeSchema> {
  return check(edgeSchema, process.env)
}

function parse(): Env {
  return check(schema, process.env)
}

function check<T>(wanted: z.ZodType<T>, given: unknown): T {
  const result = wanted.safeParse(given)
  if (result.success) return result.data
  const problems = result.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`)
  throw new Error(
    `The environment is not complete:\n${problems.join('\n')}\nSee docs/guides/configuration.md; \`npm start\` sets all of this by itself.`,
  )
}
