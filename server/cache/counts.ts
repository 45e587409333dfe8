/** What is counted of each layer. Whoever adds a layer adds it here. */
type Counted = {
  /** Documents that were asked for: there and current, sent once more while old, or rendered for whoever asked. */
  'pages.memory': 'hit' | 'stale' | 'miss'
  /** Looks into what web processes share: there and newer than what was known, or not; not asked for want of an answer; not taken, being full. */
  'pages.shared': 'hit' | 'miss' | 'away' | 'refused'
  /** Pages that were read from the build. */
  'pages.build': 'hit'
  /** What the framework rendered for everybody. `failed`: the page of before was kept in its place. */
  'pages.render': 'whole' | 'notFound' | 'failed'
  /**
   * What pages read, in the memory of this process. `stale`: its time is over, so it was read again behind. `coalesced`: of those that were
   * missed, who waited for another.
   */
  'data.memory': 'hit' | 'stale' | 'miss' | 'coalesced'
  /** The same in Redis cache, asked where memory had nothing. */
  'data.redis': 'hit' | 'stale' | 'miss' | 'error'
  /** Readings. `old`: one failed because Postgres is away, and something older was given in its place. */
  'data.postgres': 'read' | 'error' | 'old'
}

type Counts = { [Layer in keyof Counted]: { [Outcome in Counted[Layer]]: number } }

/** Kept on the process: Next loads its cache handler as another copy of this module. */
const kept = globalThis as { __saledayCounts?: Counts }

/** Since the process began. */
export function counts(): Counts {
  kept.__saledayCounts ??= {
    'pages.memory': { hit: 0, stale: 0, miss: 0 },
    'pages.shared': { hit: 0, miss: 0, away: 0, refused: 0 },
    'pages.build': { hit: 0 },
    'pages.render': { whole: 0, notFound: 0, failed: 0 },
    'data.memory': { hit: 0, stale: 0, miss: 0, coalesced: 0 },
    'data.redis': { hit: 0, stale: 0, miss: 0, error: 0 },
    'data.postgres': { read: 0, error: 0, old: 0 },
  }
  return kept.__saledayCounts
}
