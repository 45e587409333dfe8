import path from 'node:path'
import fileSystemCache from 'next/dist/server/lib/incremental-cache/file-system-cache.js'
import lifetimes from 'next/dist/server/lib/incremental-cache/shared-cache-controls.external.js'
import { counts } from '../cache/counts.ts'
import { builtSheets } from './built-sheets.ts'
import { FINISHED, finished, forgetFinished, keepFinished, untilKept } from './keep-finished.ts'
import { entryAtOwnOrigin } from './own-origin.ts'

const NOT_FOUND = 404

/** The one page for every address that leads nowhere. */
const WHERE_NOTHING_IS = /\/_(global-)?not-found$/

/** How Next asks for a page. */
const PAGE = /** @type {const} */ ({ kind: 'APP_PAGE', isFallback: false, isRoutePPREnabled: true })

/** Node's way of importing a CommonJS default, or that of the bundler, which puts this into proxy.ts as well. */
const FileSystemCache = fileSystemCache.default ?? fileSystemCache

/**
 * Pages that were there and by now are not found. Next would bring them back from where they are stored.
 * @type {Set<string>}
 */
const withdrawn = new Set()

/**
 * Next's own cache of pages, in memory and beside the build. Each page goes in and comes out finished, and its bytes are kept ready. Whether one
 * is stale is judged by the feed of what was told, wherever it comes from: a build, a folder of before a restart, or this process. What was not
 * found is never kept: whoever asks for made-up addresses must fill neither disk nor memory.
 */
export default class PageCache extends FileSystemCache {
  #sheets() {
    const { serverDistDir } = /** @type {{ serverDistDir: string }} */ (/** @type {unknown} */ (this))
    return builtSheets(path.dirname(serverDistDir))
  }

  /** @type {InstanceType<typeof FileSystemCache>['get']} */
  async get(key, context) {
    if (withdrawn.has(key)) return null
    const entry = await super.get(key, context)
    return entry?.value ? keepFinished(key, entryAtOwnOrigin(entry), this.#sheets()) : entry
  }

  /** @type {InstanceType<typeof FileSystemCache>['set']} */
  async set(key, value, context) {
    if (value?.kind === 'APP_PAGE' && WHERE_NOTHING_IS.test(key)) {
      // Rendered anew it would be answered with 200.
      await super.set(key, { ...value, status: NOT_FOUND }, context)
      return
    }
    if (value && 'status' in value && value.status === NOT_FOUND) {
      counts()['pages.render'].notFound += 1
      forgetFinished(key)
      if (await super.get(key, PAGE)) withdrawn.add(key)
      // Next has noted the lifetime of it by now, and would for ever.
      const { cacheControls } = /** @type {{ cacheControls: Map<string, unknown> }} */ (
        /** @type {unknown} */ (lifetimes.SharedCacheControls)
      )
      cacheControls.delete(key)
      return
    }
    withdrawn.delete(key)
    const page = finished(value, this.#sheets())
    await super.set(key, page, context)
    if (page?.kind !== 'APP_PAGE') return
    if (page !== value) counts()['pages.render'].whole += 1
    // Next gives back what it got from here when it could make nothing new.
    else if (page.headers?.[FINISHED]) counts()['pages.render'].failed += 1
    // As it is stored: whoever asks next finds the same page, of the same time, ready.
    await this.get(key, PAGE)
    await untilKept(key)
  }
}
