const NAME = 'photo'

/**
 * Changes the page in a view transition: the photograph of the link that was followed travels to where the next page has its main one, which
 * bears the name `photo` in its style sheet. Without view transitions, or for who wants no motion, the page just changes.
 */
export function movePhoto(link: HTMLAnchorElement, change: () => Promise<void>): void {
  if (!document.startViewTransition || matchMedia('(prefers-reduced-motion: reduce)').matches) {
    void change()
    return
  }
  const restore = namePhoto(link.querySelector('img'))
  const transition = document.startViewTransition(() => {
    restore() // the old page has been looked at
    return change()
  })
  // One that is skipped, for another click or a page in the background, has changed the page all the same.
  transition.ready.catch(() => {})
}

/** Of two elements with one name the browser shows neither, so the main photograph of this page gives it up for the time. */
function namePhoto(photo: HTMLElement | null): () => void {
  if (!photo) return () => {}
  const named = [...document.querySelectorAll<HTMLElement>('main [data-zoom], main img')].filter(
    (element) => getComputedStyle(element).getPropertyValue('view-transition-name') === NAME,
  )
  for (const element of named) element.style.setProperty('view-transition-name', 'none')
  photo.style.setProperty('view-transition-name', NAME)
  return () => {
    for (const element of [...named, photo]) element.style.removeProperty('view-transition-name')
  }
}
