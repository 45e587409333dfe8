import type { PageRefresher } from './refresh-pages.ts'
import type { SharedPages } from './shared-pages.ts'

/** What a web process has beside its memory of pages. */
type ProcessPages = { readonly refresher: PageRefresher; readonly shared: SharedPages }

/** Kept on the process: Next loads its cache handler as another copy of this module. */
const kept = globalThis as { __saledayProcessPages?: ProcessPages }

export function setProcessPages(pages: ProcessPages): void {
  kept.__saledayProcessPages = pages
}

/** Null in a build, and in whatever else loads the cache handler. */
export function processPages(): ProcessPages | null {
  return kept.__saledayProcessPages ?? null
}
