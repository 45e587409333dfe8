import type { Page } from '@playwright/test'

/** Whether no script of the page takes a click for itself. What the browser would do with it, another window for one, is kept from happening. */
export async function isLeftToBrowser(page: Page, click: () => Promise<void>): Promise<boolean> {
  const taken = await page.evaluateHandle(() => {
    const seen = { taken: null as boolean | null }
    const last = (event: Event) => {
      seen.taken = event.defaultPrevented
      event.preventDefault()
    }
    // Behind whatever listens within the page.
    window.addEventListener('click', last, { once: true })
    return seen
  })
  await click()
  return (await taken.evaluate((seen) => seen.taken)) === false
}
