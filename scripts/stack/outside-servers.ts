import pg from 'pg'
import { NO_SUCH_DATABASE, withDatabase } from './postgres.ts'
import { StepFailed } from './progress.ts'
import { pingRedis } from './redis.ts'

type Outside = Readonly<Record<string, string | undefined>>
type Kind = {
  readonly name: string
  readonly protocols: readonly string[]
  readonly example: string
  ask(url: string): Promise<unknown>
  /** Whether it may name several servers after commas, each of which has to answer. */
  readonly isList?: boolean
}

const ANSWER_TIMEOUT_MS = 5000
const redis = {
  protocols: ['redis:', 'rediss:'],
  example: 'redis://localhost:6379',
  ask: (url: string) => pingRedis(url, ANSWER_TIMEOUT_MS),
}
const KINDS: readonly Kind[] = [
  {
    name: 'DATABASE_URL',
    protocols: ['postgres:', 'postgresql:'],
    example: 'postgresql://user:password@localhost:5432/saleday',
    ask: askPostgres,
  },
  { name: 'CORE_REDIS_URL', ...redis, isList: true },
  { name: 'CACHE_REDIS_URL', ...redis },
]

/**
 * Asks every server that an address from outside names, before a minute is spent on what needs it. Throws `StepFailed` for an address that
 * is none, and for a server that does not answer.
 */
export async function checkOutside(outside: Outside): Promise<void> {
  await Promise.all(
    KINDS.map(async ({ name, protocols, example, ask, isList }) => {
      const named = outside[name]
      if (!named) return
      for (const url of isList ? named.split(',') : [named]) {
        const address = URL.parse(url)
        if (!address || !protocols.includes(address.protocol)) {
          throw new StepFailed(`${name} is no address`, `It should read like ${example}`, orNothing(`Correct it`, name))
        }
        await ask(url).catch((error: unknown) => {
          const todo = orNothing(`Check ${name}, and that this server is up and lets you in`, name)
          throw new StepFailed(`${name} names a server that does not answer`, `${address.host}: ${messageOf(error)}`, todo)
        })
      }
    }),
  )
}

/** A database that is not there yet will be made. */
async function askPostgres(url: string): Promise<void> {
  try {
    await withDatabase(url, (client) => client.query('SELECT 1'))
  } catch (error) {
    if (!(error instanceof pg.DatabaseError && error.code === NO_SUCH_DATABASE)) throw error
  }
}

function orNothing(todo: string, name: string): string {
  return `${todo}, or leave ${name} unset: \`npm start\` brings a server of its own then.`
}

/** Where a name has several addresses and none answers, the reasons are inside, one an address. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join(', ')
  return error instanceof Error && error.message ? error.message : String(error)
}
