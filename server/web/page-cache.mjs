import path from 'node:path'
import fileSystemCache from 'next/dist/server/lib/incremental-cache/file-system-cache.js'
import lifetimes from 'next/dist/server/lib/incremental-cache/shared-cache-controls.external.js'
import { counts } from '../cache/counts.ts'
import { awaitFirst } from './await-first.ts'
import { builtSheets } from './built-sheets.ts'
import { freshnessOf } from './judge-kept.ts'
import { describeKept, FINISHED, pathOf, toOther, toOtherEntry, toPageEntry, toRendered } from './kept-entry.ts'
import { keptPages } from './kept-pages.ts'
import { entryAtOwnOrigin } from './own-origin.ts'
import { processPages } from './process-pages.ts'

const NOT_FOUND = 404

/** The one page for every address that leads nowhere. */
const WHERE_NOTHING_IS = /\/_(global-)?not-found$/

/** Node's way of importing a CommonJS default, or that of the bundler, which puts this into proxy.ts as well. */
const FileSystemCache = fileSystemCache.default ?? fileSystemCache

/** @typedef {Parameters<InstanceType<typeof FileSystemCache>['get']>[1]} Context */

/**
 * What Next asks for pages, and gives them to. They are in the one memory that a process has of them, finished, with their bytes ready; what
 * is not there is what web processes share, or is read from the build, and nothing is ever written to disk. Next is never told that a page is
 * old: who has it rendered anew is decided outside, once for all who ask, and Next does it where the page is due. What was not found is never
 * kept: whoever asks for made-up addresses must fill neither disk nor memory.
 */
export default class PageCache extends FileSystemCache {
  /** @param {ConstructorParameters<typeof FileSystemCache>[0]} context */
  constructor(context) {
    super({ ...context, flushToDisk: false, maxMemoryCacheSize: 0 })
  }

  #sheets() {
    const { serverDistDir } = /** @type {{ serverDistDir: string }} */ (/** @type {unknown} */ (this))
    return builtSheets(path.dirname(serverDistDir))
  }

  /** @type {InstanceType<typeof FileSystemCache>['get']} */
  async get(key, context) {
    if (context.kind === 'FETCH') return super.get(key, context)
    const page = pageAt(key, context)
    const entry = await this.#find(key, page, context)
    if (!entry || entry.kind === 'gone') return null
    if (entry.kind === 'other') return toOtherEntry(entry)
    const freshness = freshnessOf(entry, Date.now())
    if (freshness === 'expired') return null
    const refresher = processPages()?.refresher
    const isDue = refresher?.isDue(page) ?? false
    if (freshness === 'stale' && !isDue) refresher?.ask(page)
    return toPageEntry(entry, isDue)
  }

  /**
   * From memory, from what web processes share, from the build, or from another process that is just rendering the page for the first time.
   * @param {string} key @param {string | null} page @param {Context} context
   */
  async #find(key, page, context) {
    const kept = keptPages()
    const known = (page !== null && kept.find(page)) || kept.find(otherName(key, context))
    if (known && !isPast(known)) return known
    const shared = page === null ? undefined : processPages()?.shared
    const found = await shared?.find(page, known)
    if (found) return kept.put(page, found)
    const entry = known ?? (await this.#readBuilt(key, page, context))
    if (entry || !shared) return entry
    const first = await awaitFirst(shared, page)
    return first && kept.put(page, first)
  }

  /** @param {string} key @param {string | null} page @param {Context} context */
  async #readBuilt(key, page, context) {
    const built = await super.get(key, context)
    if (!built?.value) return null
    const entry = entryAtOwnOrigin(built)
    const rendered = page === null ? null : toRendered(key, entry, 'build', this.#sheets())
    if (rendered === null) return keptPages().put(otherName(key, context), toOther(key, entry))
    counts()['pages.build'].hit += 1
    return keptPages().keep(page, rendered)
  }

  /** @type {InstanceType<typeof FileSystemCache>['set']} */
  async set(key, value, context) {
    if (context.fetchCache) return super.set(key, value, context)
    forgetLifetime(key)
    if (!value) return
    const page = pageAt(key, context)
    const entry = { value, lastModified: Date.now(), cacheControl: context.cacheControl }
    try {
      // Next gives back what it got from here when it could make nothing new. Whoever holds the page goes on to hold it, for a while.
      if (value.headers?.[FINISHED]) counts()['pages.render'].failed += 1
      else await this.#share(page, await this.#keep(key, page, entry, context))
    } finally {
      if (page !== null) processPages()?.refresher.done(page)
    }
  }

  /** @param {string | null} page @param {import('./kept-pages.ts').KeptEntry | null} stands */
  async #share(page, stands) {
    const shared = page === null ? undefined : processPages()?.shared
    if (stands && stands.kind !== 'other') await shared?.put(page, stands)
    await shared?.unlock(page)
  }

  /**
   * Returns what stands by then; null where nothing of it is kept.
   * @param {string} key @param {string | null} page @param {any} entry @param {Context} context
   */
  async #keep(key, page, entry, context) {
    const { value } = entry
    const kept = keptPages()
    // Rendered anew it would be answered with 200.
    if (WHERE_NOTHING_IS.test(key))
      return kept.put(otherName(key, context), toOther(key, { ...entry, value: { ...value, status: NOT_FOUND } }))
    if (value.status === NOT_FOUND) {
      counts()['pages.render'].notFound += 1
      // Only where something was; what has been shared was found before this was rendered.
      return page !== null && kept.find(page) ? kept.put(page, { ...describeKept(key, entry), kind: 'gone' }) : null
    }
    const rendered = page === null ? null : toRendered(key, entry, 'render', this.#sheets())
    if (rendered === null) return kept.put(otherName(key, context), toOther(key, entry))
    counts()['pages.render'].whole += 1
    return kept.keep(page, rendered)
  }
}

/**
 * The path of the page that everybody may be sent; null for anything else that Next keeps.
 * @param {string} key @param {{ kind?: string, isFallback?: boolean }} context
 */
function pageAt(key, { kind, isFallback }) {
  return kind === 'APP_PAGE' && !isFallback ? pathOf(key) : null
}

/** @param {string} key @param {{ isFallback?: boolean }} context */
function otherName(key, { isFallback }) {
  return isFallback ? `${key} shell` : key
}

/** Whether there may be something newer that may be sent. */
function isPast(/** @type {import('./kept-pages.ts').KeptEntry} */ entry) {
  const freshness = freshnessOf(entry, Date.now())
  return entry.kind === 'gone' ? freshness !== 'fresh' : entry.kind === 'page' && freshness === 'expired'
}

/** Next has noted the lifetime of it by now, and would for ever, of what is not found too. Each entry comes with its own. */
function forgetLifetime(/** @type {string} */ key) {
  const { cacheControls } = /** @type {{ cacheControls: Map<string, unknown> }} */ (/** @type {unknown} */ (lifetimes.SharedCacheControls))
  cacheControls.delete(key)
}
