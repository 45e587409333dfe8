import { isPlainClick } from '#/components/is-plain-click.ts'

/**
 * Has the links of a gallery scroll its row and nothing else, marks the thumbnail of the photograph that is shown, and opens photographs on the
 * page. What opens them comes with the first tap. Returns how to end it.
 */
export function startGallery(gallery: HTMLElement): () => void {
  const row = gallery.querySelector<HTMLElement>('[data-gallery-row]')
  let isOver = false
  const onClick = (event: MouseEvent) => {
    const link = event.target instanceof Element ? event.target.closest('a') : null
    if (!link || !isPlainClick(event)) return
    if (link.dataset.zoom) {
      event.preventDefault()
      void import('./zoom.client.ts').then(
        ({ zoom }) => isOver || zoom(gallery, link),
        () => isOver || location.assign(link.href),
      )
    } else if (link.hash) {
      const slide = gallery.querySelector<HTMLElement>(link.hash)
      if (!slide || !row) return
      event.preventDefault()
      row.scrollTo({ left: slide.offsetLeft - row.offsetLeft })
      // The link that was pressed goes out of view with its photograph; the row goes on by the arrow keys.
      if (row.contains(link)) row.focus({ preventScroll: true })
    }
  }

  const links = [...gallery.querySelectorAll<HTMLAnchorElement>('ol a')]
  const watcher = new IntersectionObserver(
    (entries) => {
      const shown = entries.find((entry) => entry.isIntersecting)
      if (!shown) return
      for (const link of links) {
        if (link.hash === `#${shown.target.id}`) link.setAttribute('aria-current', 'true')
        else link.removeAttribute('aria-current')
      }
    },
    { root: row, threshold: 0.6 },
  )
  for (const slide of gallery.querySelectorAll('[id^=photo-]')) watcher.observe(slide)
  gallery.addEventListener('click', onClick)
  return () => {
    isOver = true
    // The router keeps a page that was left, and shows it again on Forward: with an open dialog as a part of it, above all else.
    gallery.querySelector<HTMLDialogElement>('dialog[open]')?.close()
    watcher.disconnect()
    gallery.removeEventListener('click', onClick)
  }
}
