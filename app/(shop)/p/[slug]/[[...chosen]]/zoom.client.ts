/** Less than this many times as wide as the window, and as large as the photograph is: far enough in to see it, near enough to find the way. */
const MOST_WINDOWS = 2.5

/**
 * Shows a photograph over the whole window, to be moved about by scrolling. Escape, the button and a tap on it close it, and the focus goes back
 * to where it was: the browser's own dialog does both.
 */
export function zoom(gallery: HTMLElement, link: HTMLAnchorElement): void {
  const dialog = gallery.querySelector<HTMLDialogElement>('[data-zoom-dialog]')
  const plate = dialog?.querySelector<HTMLElement>('[data-zoom-plate]')
  if (!dialog || !plate || dialog.open) return
  const [width = 1, height = 1] = (link.dataset.zoom ?? '').split('x').map(Number)
  const [focalX = 0.5, focalY = 0.5] = (link.dataset.focal ?? '').split(' ').map(Number)
  const shownSmall = link.querySelector('img')
  const image = new Image(width, height)
  image.src = link.href
  image.alt = shownSmall?.alt ?? ''
  const shown = Math.min(width, innerWidth * MOST_WINDOWS)
  image.style.width = `${shown}px`
  image.style.height = `${(shown * height) / width}px`
  // Until it is there, and should it not come, the one that is on the page stands in for it.
  if (shownSmall) image.style.background = `url("${shownSmall.currentSrc}") 0 0 / 100% 100%`
  image.addEventListener('click', () => dialog.close())
  plate.replaceChildren(image)
  plate.tabIndex = 0 // scrolled with the arrow keys
  dialog.addEventListener('close', () => plate.replaceChildren(), { once: true })
  dialog.showModal()
  plate.scrollTo({
    left: focalX * plate.scrollWidth - plate.clientWidth / 2,
    top: focalY * plate.scrollHeight - plate.clientHeight / 2,
    behavior: 'instant',
  })
}
