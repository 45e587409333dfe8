import type { Page, Request } from '@playwright/test'
import { untilAlive } from './page-checks.ts'

export type Kind = 'document' | 'script' | 'style' | 'font' | 'image' | 'other'

export type Loaded = {
  readonly path: string
  readonly kind: Kind
  /** As they came over the line: compressed, without headers. */
  readonly bytes: number
}

export type Visit = {
  /** Everything that was asked for, in order, until nothing more was and before anything was touched. */
  readonly loaded: readonly Loaded[]
  /** Addresses that held up the first paint. */
  readonly blocking: readonly string[]
  /** Pictures that stand, at least in part, on the first screen. */
  readonly firstScreen: readonly string[]
  /** Pictures that the document preloads. */
  readonly preloads: number
  /** What was the largest at last. `initiator` says what made the browser ask for it: `link` is a preload. */
  readonly largest: { readonly tag: string; readonly path: string; readonly isPhotograph: boolean; readonly initiator: string } | null
}

const KINDS: Record<string, Kind> = { document: 'document', script: 'script', stylesheet: 'style', font: 'font', image: 'image' }

/** Opens an address in a new page and watches it arrive. */
export async function visit(page: Page, address: string): Promise<Visit> {
  const requests: Request[] = []
  page.on('request', (request) => requests.push(request))
  await page.addInitScript(watchPainting)
  await page.goto(address)
  await untilAlive(page)
  await page.waitForLoadState('networkidle')
  const loaded = await Promise.all(requests.map(measure))
  return { loaded, ...(await page.evaluate(readPainting)) }
}

/** The sum of all shifts since the page began to load, those that followed a shopper's touch apart, and what moved each time. */
export function readShifts(page: Page): Promise<{ sum: number; moved: string[] }> {
  return page.evaluate(() => ({ sum: watched.shift, moved: watched.moved }))
}

/** Goes down to the end of a page as a reader does, until the pictures of each screen are there. */
export async function scrollThrough(page: Page): Promise<void> {
  const { height = 0 } = page.viewportSize() ?? {}
  for (;;) {
    const before = await page.evaluate(() => scrollY)
    await page.mouse.wheel(0, height * 0.8)
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))))
    await page.waitForFunction(() =>
      [...document.images].every((image) => {
        const { top, bottom } = image.getBoundingClientRect()
        return image.complete || bottom < 0 || top > innerHeight
      }),
    )
    if ((await page.evaluate(() => scrollY)) === before) return
  }
}

export async function measure(request: Request): Promise<Loaded> {
  const { pathname, search } = new URL(request.url())
  await request.response()
  const { responseBodySize: bytes } = await request.sizes().catch(() => ({ responseBodySize: 0 }))
  return { path: pathname + search, kind: KINDS[request.resourceType()] ?? 'other', bytes }
}

export function bytesOf(loaded: readonly Loaded[]): number {
  return loaded.reduce((sum, { bytes }) => sum + bytes, 0)
}

declare const watched: { shift: number; moved: string[]; largest: { element: Element | null; url: string } | null }

/** Runs in the page before anything of it. */
function watchPainting(): void {
  type Source = { node: Node | null; previousRect: DOMRectReadOnly; currentRect: DOMRectReadOnly }
  type Shift = PerformanceEntry & { value: number; hadRecentInput: boolean; sources: readonly Source[] }
  type Largest = PerformanceEntry & { element: Element | null; url: string }
  const seen: typeof watched = { shift: 0, moved: [], largest: null }
  Object.assign(globalThis, { watched: seen })
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources, startTime } of list.getEntries() as Shift[]) {
      if (hadRecentInput) continue
      seen.shift += value
      for (const { node, previousRect: from, currentRect: to } of sources) {
        const what = node instanceof Element ? node.outerHTML : (node?.textContent ?? '')
        seen.moved.push(`${Math.round(startTime)} ms: y ${from.y} → ${to.y}, height ${from.height} → ${to.height}: ${what.slice(0, 100)}`)
      }
    }
  }).observe({ type: 'layout-shift', buffered: true })
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as Largest[]) seen.largest = entry
  }).observe({ type: 'largest-contentful-paint', buffered: true })
}

/** Runs in the page. */
async function readPainting() {
  const pathOf = (url: string) => (url ? new URL(url).pathname : '')
  const resources = performance.getEntriesByType('resource') as (PerformanceResourceTiming & { renderBlockingStatus: string })[]
  // What a row of photographs cuts off is not on the screen, wherever it lies: only an observer knows.
  const seen = await new Promise<IntersectionObserverEntry[]>((resolve) => {
    const observer = new IntersectionObserver(resolve)
    for (const image of document.images) observer.observe(image)
  })
  const onScreen = seen.filter(({ intersectionRatio }) => intersectionRatio > 0).map(({ target }) => target as HTMLImageElement)
  const { largest } = watched
  return {
    blocking: resources.filter(({ renderBlockingStatus }) => renderBlockingStatus === 'blocking').map(({ name }) => pathOf(name)),
    firstScreen: onScreen.filter(({ currentSrc }) => currentSrc).map(({ currentSrc }) => pathOf(currentSrc)),
    preloads: document.querySelectorAll('link[rel=preload][as=image]').length,
    largest: largest && {
      tag: largest.element?.tagName.toLowerCase() ?? '',
      path: pathOf(largest.url),
      isPhotograph: largest.element?.matches('main picture img') ?? false,
      initiator: resources.find(({ name }) => largest.url && pathOf(name) === pathOf(largest.url))?.initiatorType ?? '',
    },
  }
}
