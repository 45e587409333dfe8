import path from 'node:path'
import fileSystemCache from 'next/dist/server/lib/incremental-cache/file-system-cache.js'
import lifetimes from 'next/dist/server/lib/incremental-cache/shared-cache-controls.external.js'
import { counts } from '../cache/counts.ts'
import { builtSheets } from './built-sheets.ts'
import { freshnessOf } from './judge-kept.ts'
import { describe, FINISHED, pathOf, toOther, toOtherEntry, toPageEntry, toRendered } from './kept-entry.ts'
import { keptPages } from './kept-pages.ts'
import { entryAtOwnOrigin } from './own-origin.ts'
import { processPages } from './process-pages.ts'

const NOT_FOUND = 404

/** The one page for every address that leads nowhere. */
const WHERE_NOTHING_IS = /\/_(global-)?not-found$/

/** Of each page that Next has seen it notes the lifetime, which is of no use here: every entry comes with its own. */
const MOST_LIFETIMES = 5000

/** Node's way of importing a CommonJS default, or that of the bundler, which puts this into proxy.ts as well. */
const FileSystemCache = fileSystemCache.default ?? fileSystemCache

/** @typedef {Parameters<InstanceType<typeof FileSystemCache>['get']>[1]} Context */

/**
 * What Next asks for pages, and gives them to. They are in the one memory that a process has of them, finished, with their bytes ready; what is
 * not there is read from the build, and nothing is ever written to disk. Next is never told that a page is old: who has it rendered anew is
 * decided outside, once for all who ask, and Next does it where the page is due. What was not found is never kept: whoever asks for made-up
 * addresses must fill neither disk nor memory.
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
    const name = pathOf(key)
    const kept = keptPages()
    const found = (!context.isFallback && name !== null && kept.find(name)) || kept.find(otherName(key, context))
    const entry = found || (await this.#readBuilt(key, context))
    if (!entry || entry.kind === 'gone') return null
    if (entry.kind === 'other') return toOtherEntry(entry)
    const freshness = freshnessOf(entry, Date.now())
    if (freshness === 'expired') return null
    const refresher = processPages()?.refresher
    const isDue = refresher?.isDue(name) ?? false
    if (freshness === 'stale' && !isDue) refresher?.ask(name)
    return toPageEntry(entry, isDue)
  }

  /**
   * Reads what the build has made, and keeps it.
   * @param {string} key
   * @param {Context} context
   */
  async #readBuilt(key, context) {
    const built = await super.get(key, context)
    if (!built?.value) return null
    const entry = entryAtOwnOrigin(built)
    const name = pathOf(key)
    const page = context.isFallback || name === null ? null : toRendered(key, entry, 'build', this.#sheets())
    if (page !== null) return keptPages().keep(name, page)
    return keptPages().put(otherName(key, context), toOther(key, entry))
  }

  /** @type {InstanceType<typeof FileSystemCache>['set']} */
  async set(key, value, context) {
    if (context.fetchCache) return super.set(key, value, context)
    const name = pathOf(key)
    const { cacheControls } = /** @type {{ cacheControls: Map<string, unknown> }} */ (
      /** @type {unknown} */ (lifetimes.SharedCacheControls)
    )
    cacheControls.delete(key)
    if (!value) return
    const entry = { value, lastModified: Date.now(), cacheControl: context.cacheControl }
    if (WHERE_NOTHING_IS.test(key)) {
      // Rendered anew it would be answered with 200.
      keptPages().put(otherName(key, context), toOther(key, { ...entry, value: { ...value, status: NOT_FOUND } }))
    } else if (value.status === NOT_FOUND) {
      counts()['pages.render'].notFound += 1
      if (name !== null && keptPages().find(name)) keptPages().put(name, { ...describe(key, entry), kind: 'gone' })
    } else if (value.headers?.[FINISHED]) {
      // Next gives back what it got from here when it could make nothing new.
      counts()['pages.render'].failed += 1
    } else {
      const page = context.isFallback || name === null ? null : toRendered(key, entry, 'render', this.#sheets())
      if (page === null) return void keptPages().put(otherName(key, context), toOther(key, entry))
      counts()['pages.render'].whole += 1
      await keptPages().keep(name, page)
    }
    processPages()?.refresher.done(name)
  }
}

/** @param {string} key @param {{ isFallback?: boolean }} context */
function otherName(key, { isFallback }) {
  return isFallback ? `${key} shell` : key
}
