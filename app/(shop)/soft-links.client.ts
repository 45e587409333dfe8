import { isPlainClick } from '#/components/is-plain-click.ts'
import { movePhoto } from './move-photo.client.ts'
import { pageOf } from './page-of.ts'
import { watchIntent } from './watch-intent.client.ts'

export type SoftRouter = { push(href: string, options?: { scroll: boolean }): void; prefetch(href: string): void }

/** `arrive` is told when what stands at another address has been put into the document. */
export type SoftLinks = { arrive(path: string): void }

/** A transition holds the page still meanwhile: what takes longer comes without one. */
const HOLD_MS = 300
/** What has not come by then is asked for as a whole page, and the browser shows how that goes. */
const GIVE_UP_MS = 6000

/** Home, lists, products, sales and credits; all else is another document. */
const SHOP = /^\/(?:$|credits$|(?:c|p|sale)\/)/

type Journey = { readonly href: string; readonly isSamePage: boolean; readonly end: () => void; readonly timer: number }

/**
 * From now on plain clicks on links between display pages change the page in place, with a view transition where the browser has them and
 * motion is wanted. Modified clicks, other targets, downloads, other origins and places within the page are the browser's own.
 */
export function softenLinks(router: SoftRouter, signal: AbortSignal): SoftLinks {
  let journey: Journey | null = null
  let page = pageOf(location.pathname)
  const intent = watchIntent(addressOf, router.prefetch, signal)

  const set = (next: Journey | null) => {
    clearTimeout(journey?.timer)
    journey?.end()
    journey = next
  }

  /** Settles when the page has changed, or is held for too long. */
  const travel = (href: string, isSamePage: boolean) =>
    new Promise<void>((end) => {
      set({ href, isSamePage, end, timer: window.setTimeout(() => location.assign(href), GIVE_UP_MS) })
      setTimeout(end, HOLD_MS)
      router.push(href, { scroll: !isSamePage })
    })

  document.addEventListener(
    'click',
    (event) => {
      if (event.defaultPrevented || !isPlainClick(event)) return
      const link = linkOf(event.target)
      const href = link && addressOf(link)
      if (!link || !href) return
      event.preventDefault()
      intent.drop()
      // The variants of a product are one page to a shopper: it stays where it is.
      const isSamePage = pageOf(link.pathname) === pageOf(location.pathname)
      if (isSamePage) void travel(href, true)
      else movePhoto(link, () => travel(href, false))
    },
    { signal },
  )
  // Who wants to be elsewhere meanwhile is not to be taken here in the end, even where the drawer is what sends them there, and later.
  const stop = () => set(null)
  addEventListener('popstate', stop, { signal })
  addEventListener('pagehide', stop, { signal })
  addEventListener('submit', stop, { signal })
  addEventListener(
    'click',
    (event) => {
      const link = linkOf(event.target)
      if (link && isPlainClick(event) && !addressOf(link) && leavesDocument(link)) stop()
    },
    { signal },
  )
  document.documentElement.dataset.links = 'soft'

  return {
    arrive(path) {
      if (pageOf(path) !== page) intent.forget()
      page = pageOf(path)
      if (!journey) return
      const { href, isSamePage } = journey
      set(null)
      if (isSamePage) focus(`main a[href="${CSS.escape(href)}"]`)
      else focus('main')
    },
  }
}

/** Where a link of this shop leads when that is another display page; null for all else. */
function addressOf(link: HTMLAnchorElement): string | null {
  const { origin, pathname, search, hash } = link
  const isOurs = origin === location.origin && SHOP.test(pathname) && pathname !== location.pathname
  return isOurs && opensHere(link) ? pathname + search + hash : null
}

function leavesDocument(link: HTMLAnchorElement): boolean {
  const [there] = link.href.split('#')
  const [here] = location.href.split('#')
  return there !== here && opensHere(link)
}

function opensHere(link: HTMLAnchorElement): boolean {
  return (link.target === '' || link.target === '_self') && !link.hasAttribute('download')
}

function linkOf(target: EventTarget | null): HTMLAnchorElement | null {
  return target instanceof Element ? target.closest<HTMLAnchorElement>('a[href]') : null
}

/** As a new document would: who goes on with the keyboard, or listens, is in what is new. Pages that were left stay in the document, hidden. */
function focus(selector: string): void {
  const found = [...document.querySelectorAll<HTMLElement>(selector)].find((element) => element.checkVisibility?.() ?? true)
  if (!found) return
  if (found.matches('main')) {
    found.tabIndex = -1
    found.style.outline = 'none'
  }
  found.focus({ preventScroll: true })
}
