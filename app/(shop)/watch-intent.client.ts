/** A pointer or the focus rests so long on a link that somebody means to follow. */
const DWELL_MS = 80

/** `drop` calls off what is about to be fetched; `forget` begins another page view. */
type Intent = { drop(): void; forget(): void }

/**
 * Has the page behind a link fetched when a pointer moves to it and stays, a finger touches it, or it has the focus: one until `forget` is
 * told of another page, and none for who saves data or is on a slow line. A page view may cost 20 kB beyond its page: a product with its
 * layout is 12, and a second one makes it 21. A grid that is scrolled under a pointer at rest asks for nothing: only moving means something.
 */
export function watchIntent(
  addressOf: (link: HTMLAnchorElement) => string | null,
  fetch: (href: string) => void,
  signal: AbortSignal,
): Intent {
  let hasAsked = false
  let looked: HTMLAnchorElement | null = null
  let timer = 0

  const look = (target: EventTarget | null) => {
    const link = target instanceof Element ? target.closest<HTMLAnchorElement>('a[href]') : null
    if (link === looked) return
    clearTimeout(timer)
    looked = link
    const href = link && addressOf(link)
    if (!href || hasAsked || isSaving()) return
    timer = window.setTimeout(() => {
      hasAsked = true
      fetch(href)
    }, DWELL_MS)
  }
  const options = { passive: true, signal }
  document.addEventListener('pointermove', ({ target, pointerType }) => pointerType !== 'touch' && look(target), options)
  document.addEventListener('touchstart', ({ target }) => look(target), options)
  document.addEventListener('focusin', ({ target }) => look(target), options)
  document.addEventListener('scroll', () => look(null), { ...options, capture: true })
  return {
    drop: () => clearTimeout(timer),
    forget: () => {
      hasAsked = false
    },
  }
}

function isSaving(): boolean {
  const { connection } = navigator as { connection?: { saveData?: boolean; effectiveType?: string } }
  return connection?.saveData === true || /2g/.test(connection?.effectiveType ?? '')
}
