import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { env } from '../env.ts'
import { log } from '../telemetry/log.ts'

/** Marks a request of this process to itself, which goes past the finished pages. Nobody else knows the word. */
export const REFRESH_HEADER = 'x-saleday-refresh'
export const REFRESH_WORD = randomBytes(16).toString('hex')

/** One page that is rendered leaves a core to shoppers. */
const AT_ONCE = 1
/** A page that could not be rendered is not tried again before that. */
const PAUSE_MS = 2000
const TIMEOUT_MS = 30_000
/** More than a shop has pages that shoppers look at in one moment; what is beyond is asked for again by the next visitor. */
const MAX_WAITING = 5000

/**
 * Has pages rendered anew, by asking Next for them as a visitor would: it sends what it has and renders behind that. Many calls for a page
 * are one request, and a page whose rendering fails is left alone for a moment.
 */
export class PageRefresher {
  readonly #origin: string
  readonly #waiting = new Set<string>()
  readonly #askedAtMs = new Map<string, number>()
  #running = 0

  constructor(port: number) {
    this.#origin = `http://127.0.0.1:${port}`
  }

  ask(page: string): void {
    if (this.#waiting.has(page) || this.#waiting.size >= MAX_WAITING) return
    if (Date.now() - (this.#askedAtMs.get(page) ?? 0) < PAUSE_MS) return
    this.#waiting.add(page)
    this.#go()
  }

  /** Asks for every page that the build has made, so that shoppers meet finished ones. Those that nobody has made yet are finished as they are sent. */
  async warm(): Promise<void> {
    const manifest = await readFile(path.join(process.cwd(), env().NEXT_DIST_DIR, 'prerender-manifest.json'), 'utf8')
    const { routes } = JSON.parse(manifest) as { routes: Record<string, { dataRoute: string | null }> }
    for (const [page, { dataRoute }] of Object.entries(routes)) if (dataRoute !== null && !page.startsWith('/_')) this.ask(page)
  }

  #go(): void {
    while (this.#running < AT_ONCE) {
      const [page] = this.#waiting
      if (page === undefined) return
      this.#waiting.delete(page)
      this.#askedAtMs.set(page, Date.now())
      if (this.#askedAtMs.size > MAX_WAITING) this.#askedAtMs.clear()
      this.#running += 1
      void this.#fetch(page).finally(() => {
        this.#running -= 1
        this.#go()
      })
    }
  }

  async #fetch(page: string): Promise<void> {
    try {
      const response = await fetch(this.#origin + page, {
        headers: { [REFRESH_HEADER]: REFRESH_WORD, accept: 'text/html' },
        redirect: 'manual',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
      await response.arrayBuffer()
    } catch (error) {
      log.warn({ err: error, page }, 'a page could not be asked for anew')
    }
  }
}
