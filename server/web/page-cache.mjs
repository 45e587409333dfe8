import fileSystemCache from 'next/dist/server/lib/incremental-cache/file-system-cache.js'

const NOT_FOUND = 404

/** Node's way of importing a CommonJS default, or that of the bundler, which puts this into proxy.ts as well. */
const FileSystemCache = fileSystemCache.default ?? fileSystemCache

/**
 * Next's own cache of finished pages, in memory and beside the build, less what was not found: whoever asks for made-up addresses must not
 * fill the disk.
 */
export default class PageCache extends FileSystemCache {
  /** @type {InstanceType<typeof FileSystemCache>['set']} */
  async set(key, value, context) {
    if (value && 'status' in value && value.status === NOT_FOUND) return
    await super.set(key, value, context)
  }
}
