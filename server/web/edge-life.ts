import { tagClock } from './tag-clock.ts'

/** The longest that an edge keeps a page without asking. It hears of changes itself; this bounds what it costs when it hears of none. */
const MOST_SECONDS = 300
/** For so long it sends what it has once more while it asks. */
const WHILE_ASKING_SECONDS = 3600
/** And for so long when nobody answers. */
const WHILE_AWAY_SECONDS = 86_400

/** Names and values, one after the other. */
type Pairs = readonly [string, string, string, string]

const AT_ONCE = headersOf('1')

/** By the second: there are a few hundred, and each page is asked for far more often. */
const known = new Map<number, Pairs>()

/**
 * How long an edge may keep what is sent, given what is left of its life; null for what is stale. Only while this process has just heard that
 * nothing newer is told: what it calls fresh is then never more than a second behind Postgres, however long the process hung before it was sent.
 * Else an edge asks again at once.
 */
export function edgeLife(leftSeconds: number | null): Pairs {
  if (leftSeconds === null || !tagClock().hasLease(performance.now())) return AT_ONCE
  const seconds = Math.max(1, Math.min(MOST_SECONDS, Math.ceil(leftSeconds)))
  const pairs = known.get(seconds) ?? headersOf(`${seconds}, stale-while-revalidate=${WHILE_ASKING_SECONDS}`)
  known.set(seconds, pairs)
  return pairs
}

function headersOf(life: string): Pairs {
  const rest = `${life}, stale-if-error=${WHILE_AWAY_SECONDS}`
  return ['cache-control', `s-maxage=${rest}`, 'cdn-cache-control', `max-age=${rest}`]
}
