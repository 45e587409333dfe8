import type { BrowserContext, Page } from '@playwright/test'
import { expect, test } from './fixtures.ts'
import { isLeftToBrowser } from './left-to-browser.ts'

/** Of the issue: a page view fetches no more than this beyond itself. */
const MOST_REQUESTS = 10
const MOST_BYTES = 20_000

/** A page whose links have become soft. */
async function open(page: Page, path: string): Promise<void> {
  await page.goto(path)
  await expect(page.locator('html')).toHaveAttribute('data-links', 'soft')
}

/** Documents and prefetches that a page asks for from now on. */
function watch(page: Page) {
  const seen = { documents: [] as string[], prefetches: [] as string[], bytes: 0 }
  page.on('request', (request) => {
    if (request.isNavigationRequest()) seen.documents.push(request.url())
    if (request.headers()['next-router-prefetch']) seen.prefetches.push(request.url())
  })
  page.on('requestfinished', async (request) => {
    if (request.headers()['next-router-prefetch']) seen.bytes += (await request.sizes()).responseBodySize
  })
  return seen
}

/** A window that is changing the cart until it is closed, so that changes of others wait. */
async function holdCart(context: BrowserContext): Promise<Page> {
  const page = await context.newPage()
  await page.goto('/credits')
  await page.evaluate(() => new Promise<void>((isHeld) => void navigator.locks.request('cart', () => new Promise<void>(() => isHeld()))))
  return page
}

const cards = (page: Page) => page.getByRole('main').getByRole('listitem').getByRole('link')

/** Moves the pointer as a hand does: there, and a little on. */
async function pointAt(page: Page, n: number): Promise<void> {
  const box = await cards(page).nth(n).boundingBox()
  if (!box) throw new Error(`there is no card ${n}`)
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 3)
  await page.mouse.move(box.x + box.width / 2 + 3, box.y + box.height / 3)
}

test('a click between display pages asks for no document; title, address, focus and scroll are those of the new page', async ({
  page,
  shopper,
}) => {
  await open(page, '/c/shoes')
  await cards(page).nth(4).scrollIntoViewIfNeeded()
  const seen = watch(page)
  await cards(page).nth(4).click()
  await expect(shopper.title).not.toHaveText('Shoes')
  await expect(page).toHaveURL(/\/p\//)
  await expect(page).not.toHaveTitle(/^Shoes/)
  await expect(page.getByRole('main')).toBeFocused()
  expect(await page.evaluate(() => scrollY)).toBe(0)
  await page.getByRole('navigation', { name: 'Categories' }).getByRole('link', { name: 'Cameras' }).click()
  await expect(shopper.title).toHaveText('Cameras')
  expect(seen.documents).toEqual([])
})

test('Back and Forward are where the shopper was, scrolled as it was', async ({ page, shopper }) => {
  await open(page, '/')
  await page.evaluate(() => scrollTo(0, 1500))
  await expect.poll(() => page.evaluate(() => scrollY)).toBe(1500)
  const card = cards(page).nth(12)
  const name = (await card.getByRole('heading').textContent()) ?? ''
  await card.scrollIntoViewIfNeeded()
  const before = await page.evaluate(() => scrollY)
  await card.click()
  await expect(shopper.title).toHaveText(name)
  const seen = watch(page)
  await page.goBack()
  await expect.poll(() => page.evaluate(() => scrollY)).toBe(before)
  await expect(page).toHaveURL('/')
  await page.goForward()
  await expect(shopper.title).toHaveText(name)
  expect(seen.documents).toEqual([])
})

test('the photograph that was clicked travels, under a name that nothing else bears', async ({ page }) => {
  await page.addInitScript(() => {
    const start = document.startViewTransition.bind(document)
    Object.assign(window, { moves: [] })
    document.startViewTransition = (change) => {
      const named = [...document.querySelectorAll('img')].filter((image) => getComputedStyle(image).viewTransitionName === 'photo')
      ;(window as unknown as { moves: string[][] }).moves.push(named.map((image) => image.closest('a')?.getAttribute('href') ?? ''))
      return start(change)
    }
  })
  await open(page, '/c/shoes')
  const href = (await cards(page).first().getAttribute('href')) ?? ''
  await cards(page).first().click()
  await expect(page).toHaveURL(href)
  expect(await page.evaluate(() => (window as unknown as { moves: string[][] }).moves)).toEqual([[href]])
  await expect(page.locator('main [data-zoom]').first()).toHaveCSS('view-transition-name', 'photo')
  await page.goBack()
  await expect(page).toHaveURL('/c/shoes')
  await expect(cards(page).first().locator('img')).toHaveCSS('view-transition-name', 'none')
})

test('from product to product, too, it is the one of the link that travels, and the browser shows it', async ({ page, shopper }) => {
  await page.addInitScript(() => {
    const start = document.startViewTransition.bind(document)
    document.startViewTransition = (change) => {
      const transition = start(change)
      Object.assign(window, { isReady: transition.ready.then(() => 'yes', String) })
      return transition
    }
  })
  await page.setViewportSize({ width: 1280, height: 3000 }) // both photographs are in sight
  await open(page, '/p/canvas-high-tops')
  const related = page.locator('section', { has: page.getByRole('heading', { name: 'Also in shoes' }) }).getByRole('listitem')
  const name = (await related.first().getByRole('heading').textContent()) ?? ''
  await related.first().getByRole('link').click()
  await expect(shopper.title).toHaveText(name)
  expect(await page.evaluate(() => (window as unknown as { isReady: Promise<string> }).isReady)).toBe('yes')
})

test.describe('for who wants no motion', () => {
  test.use({ contextOptions: { reducedMotion: 'reduce' } })

  test('there is none, and links are soft all the same', async ({ page }) => {
    await page.addInitScript(() => {
      document.startViewTransition = () => {
        throw new Error('a transition was started')
      }
    })
    await open(page, '/c/shoes')
    const seen = watch(page)
    await cards(page).first().click()
    await expect(page).toHaveURL(/\/p\//)
    expect(seen.documents).toEqual([])
  })
})

test('a pointer that comes to rest on links fetches what is behind them, within the budget, and each once', async ({ page }) => {
  await open(page, '/c/everything')
  const seen = watch(page)
  for (let n = 0; n < 8; n += 1) {
    await pointAt(page, n)
    // As long as somebody looks before going on.
    if (n === 0) await expect.poll(() => seen.prefetches.length).toBeGreaterThan(0)
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 150)))
  }
  await pointAt(page, 0)
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 300)))
  expect(seen.prefetches.length).toBeLessThanOrEqual(MOST_REQUESTS)
  expect(new Set(seen.prefetches).size).toBe(seen.prefetches.length)
  expect(seen.bytes).toBeLessThanOrEqual(MOST_BYTES)
})

test('a grid that is scrolled under a pointer at rest fetches nothing', async ({ page }) => {
  await open(page, '/c/everything')
  await page.getByRole('heading', { level: 1 }).hover()
  const seen = watch(page)
  for (let n = 0; n < 12; n += 1) {
    await page.mouse.wheel(0, 300)
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 120)))
  }
  expect(await page.evaluate(() => scrollY)).toBeGreaterThan(1000)
  expect(seen.prefetches).toEqual([])
})

for (const [who, connection] of [
  ['saves data', { saveData: true, effectiveType: '4g' }],
  ['is on a slow line', { saveData: false, effectiveType: 'slow-2g' }],
] as const) {
  test(`for who ${who} nothing is fetched beforehand`, async ({ page }) => {
    await page.addInitScript((value) => Object.defineProperty(navigator, 'connection', { value }), connection)
    await open(page, '/c/everything')
    const seen = watch(page)
    for (let n = 0; n < 4; n += 1) {
      await pointAt(page, n)
      await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 150)))
    }
    expect(seen.prefetches).toEqual([])
    await cards(page).first().click()
    await expect(page).toHaveURL(/\/p\//)
  })
}

test('modified clicks, other targets, downloads and places within the page are the browser’s own', async ({ page, shopper }) => {
  await open(page, '/c/shoes')
  const withModifier = () =>
    cards(page)
      .first()
      .click({ modifiers: ['ControlOrMeta'] })
  expect(await isLeftToBrowser(page, withModifier)).toBe(true)
  await expect(shopper.title).toHaveText('Shoes')

  const prevented = await page.evaluate(() => {
    const link = document.querySelector<HTMLAnchorElement>('main li a') as HTMLAnchorElement
    const isPrevented = (change: () => void) => {
      change()
      const event = new MouseEvent('click', { bubbles: true, cancelable: true })
      // What the page has left alone is kept from the browser, too.
      let taken = false
      addEventListener(
        'click',
        (late) => {
          taken = late.defaultPrevented
          late.preventDefault()
        },
        { once: true },
      )
      link.dispatchEvent(event)
      return taken
    }
    return {
      target: isPrevented(() => link.setAttribute('target', '_blank')),
      download: isPrevented(() => {
        link.removeAttribute('target')
        link.setAttribute('download', '')
      }),
      place: isPrevented(() => {
        link.removeAttribute('download')
        link.href = '#content'
      }),
      elsewhere: isPrevented(() => {
        link.href = 'https://shop.example/p/shoe'
      }),
      checkout: isPrevented(() => {
        link.href = '/checkout'
      }),
    }
  })
  expect(prevented).toEqual({ target: false, download: false, place: false, elsewhere: false, checkout: false })
  await expect(page).toHaveURL('/c/shoes')
})

test.describe('where the router gets no answer', () => {
  test.use({ expectedComplaints: /ERR_FAILED|Failed to fetch/ })

  test('the link is followed as a link', async ({ page, shopper }) => {
    await open(page, '/')
    await page.route('**/*_rsc=*', (route) => route.abort())
    const seen = watch(page)
    await page.getByRole('navigation', { name: 'Categories' }).getByRole('link', { name: 'Cameras' }).click()
    await expect(shopper.title).toHaveText('Cameras')
    expect(seen.documents).toHaveLength(1)
  })

  test('one that hangs does not take back who follows a link to another document meanwhile', async ({ page, shopper }) => {
    await shopper.addToCart('football')
    await page.clock.install()
    await page.emulateMedia({ reducedMotion: 'reduce' })
    await open(page, '/')
    await page.route('**/*_rsc=*', () => {})
    // The other document does not come either, so that this one stays to be looked at.
    await page.route(
      ({ pathname }) => pathname === '/cart',
      (route) => route.fulfill({ status: 204 }),
      { times: 1 },
    )
    const viewCart = page.getByRole('dialog', { name: 'Cart' }).getByRole('link', { name: 'View cart' })
    await page.locator('[data-cart-link]').click()
    await expect(viewCart).toBeVisible()
    const seen = watch(page)
    const answered = page.waitForResponse((response) => response.status() === 204)
    await page.evaluate(() => {
      document.querySelector<HTMLAnchorElement>('a[href="/c/plants"]')?.click()
      document.querySelector<HTMLAnchorElement>('dialog a[href="/cart"]')?.click()
    })
    await answered
    await page.clock.fastForward(10_000)
    await viewCart.click()
    await expect(shopper.title).toHaveText('Cart')
    expect(seen.documents.map((address) => new URL(address).pathname)).toEqual(['/cart', '/cart'])
  })

  test('one that hangs and then comes does not take back who goes to the checkout as soon as the cart is settled', async ({
    page,
    context,
    shopper,
  }) => {
    const drawer = page.getByRole('dialog', { name: 'Cart' })
    await page.clock.install()
    await page.emulateMedia({ reducedMotion: 'reduce' })
    await open(page, '/p/football')
    await page.locator('[data-cart-link]').click()
    await expect(drawer).toBeVisible()
    await page.keyboard.press('Escape')
    const step = Promise.withResolvers<void>()
    await page.route('**/*_rsc=*', async (route) => {
      await step.promise
      await route.continue()
    })
    const other = await holdCart(context)
    const seen = watch(page)
    await page.getByRole('button', { name: 'Add to cart' }).click()
    await expect(drawer.getByRole('link', { name: 'Checkout' })).toBeVisible()
    await page.evaluate(() => {
      document.querySelector<HTMLAnchorElement>('a[href="/c/plants"]')?.click()
      document.querySelector<HTMLAnchorElement>('dialog a[href="/checkout"]')?.click()
    })
    await page.clock.fastForward(10_000)
    step.resolve()
    await expect(shopper.title).toHaveText('Plants')
    await other.close()
    await expect(shopper.title).toHaveText('Checkout')
    expect(seen.documents.map((address) => new URL(address).pathname)).toEqual(['/checkout'])
  })

  test('one that hangs is given up for the whole page', async ({ page, shopper }) => {
    await open(page, '/')
    await page.route('**/*_rsc=*', () => {})
    await page.getByRole('navigation', { name: 'Categories' }).getByRole('link', { name: 'Plants' }).click()
    await expect(shopper.title).toHaveText('Plants')
  })
})

test('the cart and all that is about one shopper is another document', async ({ page, shopper }) => {
  await shopper.addToCart('football')
  await page.getByRole('link', { name: 'Saleday', exact: true }).click()
  await expect(page.locator('html')).toHaveAttribute('data-links', 'soft')
  const seen = watch(page)
  await page.locator('[data-cart-link]').click()
  await page.getByRole('dialog', { name: 'Cart' }).getByRole('link', { name: 'View cart' }).click()
  await expect(shopper.title).toHaveText('Cart')
  expect(seen.documents).toHaveLength(1)
})
