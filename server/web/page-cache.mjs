import fileSystemCache from 'next/dist/server/lib/incremental-cache/file-system-cache.js'
import { finished, forgetFinished, keepFinished } from './keep-finished.ts'
import { entryAtOwnOrigin } from './own-origin.ts'

const NOT_FOUND = 404

/** Node's way of importing a CommonJS default, or that of the bundler, which puts this into proxy.ts as well. */
const FileSystemCache = fileSystemCache.default ?? fileSystemCache

/**
 * Next's own cache of pages, in memory and beside the build. Each page goes in and comes out finished, and its bytes are kept ready. What was
 * not found is never kept: whoever asks for made-up addresses must not fill the disk.
 */
export default class PageCache extends FileSystemCache {
  /** @type {InstanceType<typeof FileSystemCache>['get']} */
  async get(key, context) {
    const entry = await super.get(key, context)
    return entry && keepFinished(key, entryAtOwnOrigin(entry))
  }

  /** @type {InstanceType<typeof FileSystemCache>['set']} */
  async set(key, value, context) {
    if (value && 'status' in value && value.status === NOT_FOUND) return forgetFinished(key)
    await super.set(key, finished(value), context)
    // As it is stored: whoever asks next finds the same page, of the same time, ready.
    if (value?.kind === 'APP_PAGE') await this.get(key, { kind: 'APP_PAGE', isFallback: false, isRoutePPREnabled: true })
  }
}
