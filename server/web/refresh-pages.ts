import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { env } from '../env.ts'
import { log } from '../telemetry/log.ts'
import { finishedPages } from './finished-pages.ts'

/** Marks a request of this process to itself, which goes past the finished pages. Nobody else knows the word. */
export const REFRESH_HEADER = 'x-saleday-refresh'
export const REFRESH_WORD = randomBytes(16).toString('hex')

/** One page that is rendered leaves a core to shoppers. */
const AT_ONCE = 1
/** Next renders a stale page after it has sent it. One that is not there by then has failed, and holds up no other. */
const RENDER_MS = 2000
const LOOK_MS = 20
/** A page that could not be rendered is not tried again before that. */
const PAUSE_MS = 2000
const TIMEOUT_MS = 30_000
/** More than a shop has pages that shoppers look at in one moment; what is beyond is asked for again by the next visitor. */
const MAX_WAITING = 5000

type Asked = 'render' | 'only-read'

/**
 * Has pages rendered anew, by asking Next for them as a visitor would: it sends what it has and renders behind that. Many calls for a page
 * are one request, and a page whose rendering fails is left alone for a moment.
 */
export class PageRefresher {
  readonly #origin: string
  readonly #waiting = new Map<string, Asked>()
  readonly #askedAtMs = new Map<string, number>()
  #running = 0

  constructor(port: number) {
    this.#origin = `http://127.0.0.1:${port}`
  }

  /** `only-read`: a page that is stale is read as it is, and not rendered before a shopper asks for it. */
  ask(page: string, what: Asked = 'render'): void {
    if (this.#waiting.has(page) || this.#waiting.size >= MAX_WAITING) return
    if (Date.now() - (this.#askedAtMs.get(page) ?? 0) < PAUSE_MS) return
    this.#waiting.set(page, what)
    this.#go()
  }

  /**
   * Asks for every page that the build has made, so that shoppers meet finished ones. A build that is older than its pages may live has them all
   * rendered anew, each when it is asked for and not all of them at the start. Those that nobody has made yet are finished as they are sent.
   */
  async warm(): Promise<void> {
    const manifest = await readFile(path.join(process.cwd(), env().NEXT_DIST_DIR, 'prerender-manifest.json'), 'utf8')
    const { routes } = JSON.parse(manifest) as { routes: Record<string, { dataRoute: string | null }> }
    for (const [page, { dataRoute }] of Object.entries(routes))
      if (dataRoute !== null && !page.startsWith('/_')) this.ask(page, 'only-read')
  }

  #go(): void {
    while (this.#running < AT_ONCE) {
      const [next] = this.#waiting
      if (next === undefined) return
      const [page, what] = next
      this.#waiting.delete(page)
      this.#askedAtMs.set(page, Date.now())
      if (this.#askedAtMs.size > MAX_WAITING) this.#askedAtMs.clear()
      this.#running += 1
      void this.#fetch(page, what).finally(() => {
        this.#running -= 1
        this.#go()
      })
    }
  }

  async #fetch(page: string, what: Asked): Promise<void> {
    const before = finishedPages().find(page)
    try {
      const response = await fetch(this.#origin + page, {
        // Next takes a prefetch for no reason to render anything anew.
        headers: { [REFRESH_HEADER]: REFRESH_WORD, accept: 'text/html', ...(what === 'only-read' ? { purpose: 'prefetch' } : {}) },
        redirect: 'manual',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
      await response.arrayBuffer()
      const until = Date.now() + (what === 'render' ? RENDER_MS : 0)
      while (finishedPages().find(page) === before && Date.now() < until) await setTimeout(LOOK_MS)
    } catch (error) {
      log.warn({ err: error, page }, 'a page could not be asked for anew')
    }
  }
}
