import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import { log } from '../telemetry/log.ts'
import { inBuild } from './in-build.ts'
import { freshnessOf } from './judge-kept.ts'
import { keptPages } from './kept-pages.ts'
import { LOCK_MS, type SharedPages } from './shared-pages.ts'
import { isToRender, tagClock } from './tag-clock.ts'

/** Marks a request of this process to itself, which goes past the finished pages. Nobody else knows the word. */
export const REFRESH_HEADER = 'x-saleday-refresh'
export const REFRESH_WORD = randomBytes(16).toString('hex')

/** One page that is rendered leaves a core to shoppers. */
const AT_ONCE = 1
/** Next renders a page that is due after it has sent it. One that is not there by then has failed, and holds up no other, here or elsewhere. */
const RENDER_MS = LOCK_MS
/** Next answers several who ask at the same moment with one look into its cache, which may have been just before the page was due. */
const TRIES = 3
/** A page that could not be rendered is not tried again before that. */
const PAUSE_MS = 2000
/** Nor before that while Postgres does not answer: what is made then is of nothing newer. */
const AWAY_PAUSE_MS = 30_000
const TIMEOUT_MS = 30_000
/** More than a shop has pages that shoppers look at in one moment; what is beyond is asked for again by the next visitor. */
const MAX_WAITING = 5000

/** Pages that were asked for within that are still wanted: an edge that has them asks every five minutes. */
const LATELY_MS = 10 * 60_000
/** So many of them are rendered for an edit before somebody asks. */
const MOST_RENEWED = 200

/** Why a page waits, the first of them first: somebody was sent the old one, or may be, or it is not known whether it is ready to be sent. */
const REASONS = ['render', 'renew', 'only-read'] as const
type Asked = (typeof REASONS)[number]

type Due = { readonly seen: AbortController; done(): void }

/** A page that another process renders is looked for again after so long, and up to half as long again, so that not all look at once. */
const LOOK_MS = 150

/**
 * Has pages rendered anew, by asking Next for them as a visitor would: of a page that is due Next is told that it is old, so it sends what it
 * has and renders behind that. Many calls for a page are one rendering, by one of all web processes that share pages: the others take what it
 * has made. A page whose rendering fails is left alone for a moment.
 */
export class PageRefresher {
  readonly #origin: string
  readonly #shared: SharedPages
  readonly #waiting = new Map(REASONS.map((reason) => [reason, new Set<string>()]))
  readonly #running = new Set<string>()
  /** Something was told of it while it was rendered. */
  readonly #again = new Set<string>()
  /** Rendered by another process. */
  readonly #elsewhere = new Set<string>()
  /** What visitors asked for lately, the last first. */
  readonly #wanted = new LRUCache<string, true>({ max: MOST_RENEWED, ttl: LATELY_MS })
  readonly #askedAtMs = new Map<string, number>()
  readonly #due = new Map<string, Due>()

  readonly #nowMs: () => number

  constructor(port: number, shared: SharedPages, { nowMs = Date.now } = {}) {
    this.#nowMs = nowMs
    this.#origin = `http://127.0.0.1:${port}`
    this.#shared = shared
  }

  /**
   * Whether Next is to render this page now, in which case it is to be told so. Only for the request that is made for it: for a prefetch Next
   * renders nothing, and for a visitor who comes at the end of the rendering it would begin another.
   */
  isDue(page: string): boolean {
    const due = isToRender() ? this.#due.get(page) : undefined
    due?.seen.abort()
    return due !== undefined
  }

  /** A rendering of this page has come to its end, whatever came of it. */
  done(page: string | null): void {
    if (page !== null) this.#due.get(page)?.done()
  }

  /** How many pages are on their way. */
  get waiting(): number {
    return [this.#running, this.#elsewhere, ...this.#waiting.values()].reduce((sum, { size }) => sum + size, 0)
  }

  /** A visitor, or an edge for its visitors, has asked for a page that is kept. */
  asked(page: string, isStale: boolean): void {
    this.#wanted.set(page, true)
    if (isStale) this.ask(page)
  }

  /**
   * Something was told. What was asked for lately and has become old by it is rendered now, the last first, and not when the next visitor has met
   * it so. All web processes hear of it: who comes second to a page takes it over.
   */
  renew(): void {
    for (const page of this.#wanted.keys()) if (isOld(page)) this.ask(page, 'renew')
  }

  /** `only-read`: a page that is stale is read as it is, and for a moment whoever meets it so does not have it rendered either. */
  ask(page: string, what: Asked = 'render'): void {
    if (this.#elsewhere.has(page)) return
    if (what === 'renew') {
      // Something new is to be shown: that is no reason to wait for what has come of it before.
      if (this.#running.has(page)) {
        this.#again.add(page)
        return
      }
    } else if (this.#nowMs() - (this.#askedAtMs.get(page) ?? 0) < pauseMs()) return
    this.#wait(page, what)
    this.#go()
  }

  /** Once, for the first reason of those that there are. */
  #wait(page: string, what: Asked): void {
    const known = REASONS.find((reason) => this.#waiting.get(reason)?.has(page))
    if (known !== undefined && REASONS.indexOf(known) <= REASONS.indexOf(what)) return
    if (known !== undefined) this.#waiting.get(known)?.delete(page)
    else if (this.waiting >= MAX_WAITING) return
    this.#waiting.get(what)?.add(page)
  }

  /**
   * Asks for every page that the build has made, so that shoppers meet finished ones. A build that is older than its pages may live has them all
   * rendered anew, each when it is asked for and not all of them at the start. Those that nobody has made yet are finished as they are sent.
   */
  async warm(): Promise<void> {
    const manifest = await readFile(inBuild('prerender-manifest.json'), 'utf8')
    const { routes } = JSON.parse(manifest) as { routes: Record<string, { dataRoute: string | null }> }
    for (const [page, { dataRoute }] of Object.entries(routes))
      if (dataRoute !== null && !page.startsWith('/_') && !keptPages().peek(page)) this.ask(page, 'only-read')
  }

  #go(): void {
    for (const [what, pages] of this.#waiting) {
      for (const page of pages) {
        if (this.#running.size >= AT_ONCE) return
        pages.delete(page)
        this.#begin(page, what)
      }
    }
  }

  #begin(page: string, what: Asked): void {
    this.#askedAtMs.set(page, this.#nowMs())
    if (this.#askedAtMs.size > MAX_WAITING) this.#askedAtMs.clear()
    this.#running.add(page)
    void this.#fetch(page, what).finally(() => {
      this.#running.delete(page)
      if (this.#again.delete(page) && isOld(page)) this.#wait(page, 'renew')
      this.#go()
    })
  }

  async #fetch(page: string, what: Asked): Promise<void> {
    try {
      if (what === 'only-read') await this.#ask(page)
      else await this.#refresh(page)
    } catch (error) {
      log.warn({ err: error, page }, 'a page could not be asked for anew')
    }
  }

  async #refresh(page: string): Promise<void> {
    const held = await this.#shared.lock(page)
    const found = held === 'away' ? null : await this.#shared.find(page, keptPages().peek(page))
    if (found) keptPages().put(page, found)
    if (isCurrent(page)) {
      if (held === 'ours') await this.#shared.unlock(page)
    } else if (held === 'theirs') {
      this.#lookAgain(page)
    } else {
      await this.#render(page)
    }
    if (isCurrent(page) && livesOn(page)) this.#askedAtMs.delete(page)
  }

  #lookAgain(page: string): void {
    this.#elsewhere.add(page)
    void setTimeout(LOOK_MS * (1 + Math.random() / 2), undefined, { ref: false }).then(() => {
      this.#elsewhere.delete(page)
      this.#wait(page, 'render')
      this.#go()
    })
  }

  async #render(page: string): Promise<void> {
    const seen = new AbortController()
    const rendered = new AbortController()
    const done = () => {
      this.#due.delete(page)
      rendered.abort()
    }
    this.#due.set(page, { seen, done })
    try {
      for (let tries = 0; tries < TRIES && !seen.signal.aborted; tries += 1) await this.#ask(page)
      if (seen.signal.aborted && !rendered.signal.aborted)
        await setTimeout(RENDER_MS, undefined, { signal: rendered.signal }).catch(() => {})
      // Nobody renders it.
      if (!seen.signal.aborted) await this.#shared.unlock(page)
    } finally {
      this.#due.delete(page)
    }
  }

  async #ask(page: string): Promise<void> {
    const response = await fetch(this.#origin + page, {
      headers: { [REFRESH_HEADER]: REFRESH_WORD, accept: 'text/html', 'accept-encoding': 'identity' },
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    await response.arrayBuffer()
  }
}

/** What lives for a moment only would be rendered without a pause. */
function livesOn(page: string): boolean {
  return (keptPages().peek(page)?.revalidateSeconds ?? 0) * 1000 > PAUSE_MS
}

function isCurrent(page: string): boolean {
  const stands = keptPages().peek(page)
  return stands !== null && freshnessOf(stands, Date.now()) === 'fresh'
}

function isOld(page: string): boolean {
  const stands = keptPages().peek(page)
  return stands?.kind === 'page' && freshnessOf(stands, Date.now()) !== 'fresh'
}

function pauseMs(): number {
  return tagClock().hasLease(performance.now()) ? PAUSE_MS : AWAY_PAUSE_MS
}
