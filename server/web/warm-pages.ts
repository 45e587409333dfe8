import { keptPages } from './kept-pages.ts'
import type { SharedPages } from './shared-pages.ts'

/** More than a shop has pages that people look at; what is beyond is fetched when somebody asks for it. */
const MOST = 2000
/** Fetched together: an answer may not take long, however many there are. */
const AT_ONCE = 10

/** Takes over what other web processes have rendered lately, so that a process that has just begun meets its first visitors as they would. */
export async function takeRecent(shared: SharedPages): Promise<void> {
  // The latest comes last: where not all have room, it is what was put first that goes.
  const paths = (await shared.recent(MOST)).toReversed()
  for (let i = 0; i < paths.length; i += AT_ONCE) {
    await Promise.all(
      paths.slice(i, i + AT_ONCE).map(async (path) => {
        const page = await shared.find(path, keptPages().find(path))
        if (page) keptPages().put(path, page)
      }),
    )
  }
}

/**
 * Puts what this process has of rendered pages, one after the other, wherever nobody has yet: what is shared may have been lost. The one that was
 * asked for last is put last, as the one that stays longest there.
 */
export async function putAgain(shared: SharedPages): Promise<void> {
  for (const [path, page] of keptPages().pages().toReversed()) {
    if (page.from !== 'build' && !(await shared.has(path))) await shared.put(path, page)
  }
}
