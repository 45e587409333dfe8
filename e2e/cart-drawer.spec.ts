import type { Page } from '@playwright/test'
import { LINE_MAX_QUANTITY } from '#/domain/cart.ts'
import { chunkOf } from './chunk-of.ts'
import { expect, test } from './fixtures.ts'
import { isLeftToBrowser } from './left-to-browser.ts'
import { findAxeViolations, findCutText, findHiddenFocus } from './page-checks.ts'

/** The drawer, and what a shopper looks at in it. */
function drawerOf(page: Page) {
  const drawer = page.getByRole('dialog', { name: 'Cart' })
  return { drawer, lines: drawer.getByRole('listitem'), status: drawer.getByRole('status'), alert: drawer.getByRole('alert') }
}

/** A product page whose buy form has been taken over by a drawer that is there. */
async function openProduct(page: Page, path: string): Promise<void> {
  const { drawer } = drawerOf(page)
  await page.goto(`/p/${path}`)
  await isTakenOver(page)
  await page.locator('[data-cart-link]').click()
  await expect(drawer).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(drawer).toBeHidden()
}

async function isTakenOver(page: Page): Promise<void> {
  await expect(page.locator('[data-cart-link]')).toHaveAttribute('aria-haspopup', 'dialog')
}

const chunkOfDrawer = () => chunkOf('cart-drawer-title')

const add = (page: Page) => page.getByRole('button', { name: 'Add to cart' }).click()

/** Lets answers to changes wait until the function that this returns is called. */
async function holdChanges(page: Page, path: '/cart/lines' | '/cart/quantity'): Promise<() => void> {
  const held = Promise.withResolvers<void>()
  await page.route(`**${path}`, async (route) => {
    await held.promise
    await route.continue()
  })
  return held.resolve
}

test('a line is there at once, marked as on its way, and the header counts it; the answer brings price and total', async ({ page }) => {
  const { drawer, lines, status } = drawerOf(page)
  await openProduct(page, 'football')
  const letGo = await holdChanges(page, '/cart/lines')
  await add(page)
  await expect(drawer).toBeVisible()
  await expect(lines).toHaveAttribute('aria-busy', 'true')
  await expect(lines).toContainText('Adding…')
  await expect(lines).toContainText('Football')
  await expect(page.locator('[data-cart-link]')).toHaveText('Cart (1)')
  await expect(status).toBeEmpty()
  letGo()
  await expect(lines).toHaveAttribute('aria-busy', 'false')
  await expect(lines).toContainText('€')
  await expect(status).toHaveText(/^Added: .*Football.*\. 1 thing in the cart\.$/)
  await expect(page).toHaveURL('/p/football')
})

test('a refusal leaves nothing of the guess, and says why in the words of the cart page', async ({ page, shopper }) => {
  const { lines, alert } = drawerOf(page)
  for (let half = 0; half < 2; half += 1) await shopper.addToCart('cordless-mouse', { quantity: LINE_MAX_QUANTITY / 2 })
  await openProduct(page, 'cordless-mouse')
  const letGo = await holdChanges(page, '/cart/lines')
  await add(page)
  await expect(page.locator('[data-cart-link]')).toHaveText(`Cart (${LINE_MAX_QUANTITY + 1})`)
  letGo()
  await expect(alert).toContainText(`We sell at most ${LINE_MAX_QUANTITY} of one thing at a time. Your cart is as it was.`)
  await expect(lines).toContainText('mouse')
  await expect(lines.getByRole('group')).toContainText(`${LINE_MAX_QUANTITY}`)
  await expect(page.locator('[data-cart-link]')).toHaveText(`Cart (${LINE_MAX_QUANTITY})`)
})

test('what nobody sells goes away again', async ({ page }) => {
  const { drawer, lines, alert } = drawerOf(page)
  await openProduct(page, 'white-usb-cable')
  await page.locator('input[name=sku]').evaluate((field: HTMLInputElement) => {
    field.value = 'NOSUCH'
  })
  await add(page)
  await expect(alert).toContainText('We do not sell that, or not any more. Your cart is as it was.')
  await expect(lines).toHaveCount(0)
  await expect(drawer).toContainText('Your cart is empty')
  await expect(page.locator('[data-cart-link]')).toHaveText('Cart')
})

test.describe('while the shop cannot be reached', () => {
  test.use({ expectedComplaints: /ERR_INTERNET_DISCONNECTED|ERR_FAILED/ })

  test('the drawer says that it does not know, then that nothing came of it; trying again adds once', async ({ page, context }) => {
    const { lines, status, alert } = drawerOf(page)
    await openProduct(page, 'tennis-balls')
    await context.setOffline(true)
    await add(page)
    await expect(alert).toContainText('do not know yet whether Tennis balls')
    await alert.getByRole('button', { name: 'Try again' }).click()
    await expect(alert).toContainText('do not know yet')
    await context.setOffline(false)
    await alert.getByRole('button', { name: 'Try again' }).click()
    await expect(status).toContainText('1 thing in the cart.')
    await expect(alert).toBeEmpty()
    await expect(lines.getByRole('group')).toContainText('1')
  })

  test('a change whose answer was lost on the way is looked up: it was not made, and the drawer says so', async ({ page }) => {
    const { lines, alert } = drawerOf(page)
    await openProduct(page, 'tennis-balls')
    await page.route('**/cart/lines', (route) => route.abort())
    await add(page)
    await expect(alert).toContainText('that did not reach us. What you see is your cart as it is.')
    await expect(lines).toHaveCount(0)
    await expect(page.locator('[data-cart-link]')).toHaveText('Cart')
    await page.unroute('**/cart/lines')
    await alert.getByRole('button', { name: 'Try again' }).click()
    await expect(lines).toHaveAttribute('aria-busy', 'false')
    await expect(page.locator('[data-cart-link]')).toHaveText('Cart (1)')
  })
})

test.describe('while one answer is lost and another change waits for its turn', () => {
  test.use({ expectedComplaints: /ERR_FAILED/ })

  test('the one that was lost is told as lost, and trying again adds it', async ({ page, context }) => {
    const { drawer, lines, status, alert } = drawerOf(page)
    const other = await context.newPage()
    await openProduct(page, 'tennis-balls')
    await openProduct(other, 'cordless-mouse')
    const held = Promise.withResolvers<void>()
    await page.route('**/cart/lines', async (route) => {
      await held.promise
      await route.abort()
    })
    const asked = page.waitForRequest('**/cart/lines')
    await add(page)
    await asked
    await add(other)
    await expect(drawerOf(other).lines).toContainText('Adding…')
    held.resolve()
    await expect(drawerOf(other).status).toContainText('1 thing in the cart.')
    await expect(alert).toContainText('Tennis balls, Tin of four: that did not reach us. What you see is your cart as it is.')
    await expect(status).toBeEmpty()
    await expect(lines).toHaveCount(1)
    await expect(lines).toContainText('mouse')
    await page.unroute('**/cart/lines')
    await alert.getByRole('button', { name: 'Try again' }).click()
    await expect(status).toHaveText('Added: Tennis balls, Tin of four. 2 things in the cart.')
    await expect(drawer.getByRole('group', { name: /Tennis balls/ })).toContainText('1')
  })
})

test.describe('while nobody knows prices', () => {
  test.use({ expectedComplaints: /api\/cart/ })

  test('what was added is not shown as if it were all that is in the cart: the drawer says that it cannot show it, and does once it can', async ({
    page,
    shopper,
  }) => {
    const { lines, alert } = drawerOf(page)
    await shopper.addToCart('football')
    await page.route('**/api/cart', (route) => route.fulfill({ status: 503, json: { ok: false, code: 'AWAY', cart: null } }))
    await page.route('**/cart/lines', async (route) => {
      const response = await route.fetch()
      await route.fulfill({ response, json: { ok: true, cart: null } })
    })
    await openProduct(page, 'cordless-mouse')
    await add(page)
    await expect(alert).toContainText('It is in your cart, but we cannot look up prices right now.')
    await expect(lines).toHaveCount(0)
    await expect(page.locator('[data-cart-link]')).toHaveText('Cart (2)')
    await page.unroute('**/api/cart')
    await alert.getByRole('button', { name: 'Try again' }).click()
    await expect(lines).toHaveCount(2)
    await expect(alert).toBeEmpty()
  })
})

test('changes that come faster than answers all count, over two windows of a browser too', async ({ page, context }) => {
  const { drawer, lines, status } = drawerOf(page)
  const other = await context.newPage()
  await openProduct(page, 'football')
  await openProduct(other, 'cordless-mouse')
  await page.evaluate(() => {
    for (let presses = 0; presses < 3; presses += 1) document.querySelector<HTMLFormElement>('form[action="/cart/lines"]')?.requestSubmit()
  })
  await other.evaluate(() => document.querySelector<HTMLFormElement>('form[action="/cart/lines"]')?.requestSubmit())
  await expect(status).toContainText('in the cart.')
  await expect(drawerOf(other).lines).toHaveCount(2)
  await expect(drawerOf(other).drawer.getByRole('group', { name: /Football/ })).toContainText('3')
  await expect(async () => {
    // Coming back to a window asks anew; an answer is good for a moment.
    await page.evaluate(() => window.dispatchEvent(new Event('visibilitychange')))
    await expect(lines).toHaveCount(2, { timeout: 300 })
  }).toPass()
  await expect(drawer.getByRole('group', { name: /mouse/ })).toContainText('1')
})

test.describe('in a narrow window', () => {
  test.use({ viewport: { width: 360, height: 740 } })

  test('the drawer is whole: nothing of it is beyond an edge, beside the place of a scrollbar too', async ({ page }) => {
    const { drawer, lines } = drawerOf(page)
    await openProduct(page, 'football')
    await add(page)
    await expect(lines).toHaveCount(1)
    await expect.poll(async () => (await drawer.boundingBox())?.x).toBe(0)
    const { width = 0 } = (await drawer.boundingBox()) ?? {}
    expect(width).toBeLessThanOrEqual(360)
  })
})

test('the stepper changes the quantity, a removed line is gone, and the page behind hears of both', async ({ page }) => {
  const { drawer, lines, status } = drawerOf(page)
  await openProduct(page, 'football')
  await add(page)
  await expect(status).toContainText('1 thing')
  const letGo = await holdChanges(page, '/cart/quantity')
  for (let presses = 0; presses < 3; presses += 1) await drawer.getByRole('button', { name: 'One more' }).click()
  await expect(lines.getByRole('group')).toContainText('4')
  await expect(page.locator('[data-cart-link]')).toHaveText('Cart (4)')
  letGo()
  await expect(status).toContainText('4 things in the cart.')
  await drawer.getByRole('button', { name: 'Remove Football' }).click()
  await expect(drawer).toContainText('Your cart is empty')
  await expect(drawer.getByRole('heading', { name: 'Cart' })).toBeFocused()
  await expect(page.locator('[data-cart-link]')).toHaveText('Cart')
})

test('by keyboard: Enter adds, the focus is in the drawer and stays there, Escape gives it back', async ({ page }) => {
  const { drawer, status } = drawerOf(page)
  await openProduct(page, 'football')
  const button = page.getByRole('button', { name: 'Add to cart' })
  await button.focus()
  await page.keyboard.press('Enter')
  await expect(status).toContainText('1 thing')
  for (let presses = 0; presses < 12; presses += 1) {
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => !document.activeElement?.closest('main, header[class*=shell], footer[class*=shell]'))).toBe(true)
  }
  await page.keyboard.press('Escape')
  await expect(drawer).toBeHidden()
  await expect(button).toBeFocused()
})

test('the link to the cart opens the drawer; a click beside it closes it; with a modifier it is a link', async ({ page, shopper }) => {
  const { drawer, lines } = drawerOf(page)
  await shopper.addToCart('football')
  await page.goto('/')
  await isTakenOver(page)
  const link = page.locator('[data-cart-link]')
  await link.click()
  await expect(lines).toHaveCount(1)
  // So soon after it opened, a click beside it may be the second of a double click.
  await expect(async () => {
    await page.mouse.click(20, 400)
    expect(await page.locator('dialog[open]').count()).toBe(0)
  }).toPass()
  await expect(drawer).toBeHidden()
  await expect(link).toBeFocused()
  expect(await isLeftToBrowser(page, () => link.click({ modifiers: ['ControlOrMeta'] }))).toBe(true)
  await expect(drawer).toBeHidden()
})

test('who goes to the checkout while a line is on its way arrives there with it', async ({ page, shopper }) => {
  const { drawer } = drawerOf(page)
  await openProduct(page, 'football')
  const letGo = await holdChanges(page, '/cart/lines')
  await add(page)
  await drawer.getByRole('link', { name: 'Checkout' }).click()
  letGo()
  await expect(shopper.title).toHaveText('Checkout')
  await expect(page.getByRole('main')).toContainText('Football')
})

test('who closes the drawer instead of waiting to be taken to the checkout stays', async ({ page }) => {
  const { drawer, lines, status } = drawerOf(page)
  await openProduct(page, 'football')
  const letGo = await holdChanges(page, '/cart/lines')
  await add(page)
  await drawer.getByRole('link', { name: 'Checkout' }).click()
  await page.keyboard.press('Escape')
  await expect(drawer).toBeHidden()
  letGo()
  await page.locator('[data-cart-link]').click()
  await expect(lines).toHaveAttribute('aria-busy', 'false')
  await drawer.getByRole('button', { name: 'One more' }).click()
  await expect(status).toContainText('2 things in the cart.')
  await expect(page).toHaveURL('/p/football')
})

test('what was added is in the cart when its page is left before the answer comes', async ({ page, context, shopper }) => {
  await openProduct(page, 'football')
  const letGo = await holdChanges(page, '/cart/lines')
  const asked = page.waitForRequest('**/cart/lines')
  await add(page)
  await asked
  await page.goto('/p/basketball')
  letGo()
  await expect.poll(async () => (await context.cookies()).find(({ name }) => name === 'cart_count')?.value).toBe('1')
  await page.goto('/cart')
  await expect(shopper.title).toHaveText('Cart')
  await expect(page.getByRole('main').getByRole('listitem')).toContainText('Football')
})

test('the variant that was added is told by all that it was chosen by', async ({ page }) => {
  const { lines, status } = drawerOf(page)
  await openProduct(page, 'canvas-high-tops/off-white/42')
  const letGo = await holdChanges(page, '/cart/lines')
  await add(page)
  await expect(lines).toContainText('Off white, 42')
  letGo()
  await expect(status).toHaveText('Added: Canvas high tops, Off white, 42. 1 thing in the cart.')
})

test('a double click adds one, whether the drawer is there already or on its way', async ({ page }) => {
  const { status } = drawerOf(page)
  const held = Promise.withResolvers<void>()
  await page.route(`**/_next/static/chunks/${chunkOfDrawer()}`, async (route) => {
    await held.promise
    await route.continue()
  })
  await page.goto('/p/football')
  await isTakenOver(page)
  const button = page.getByRole('button', { name: 'Add to cart' })
  await button.dblclick()
  held.resolve()
  await expect(status).toContainText('1 thing in the cart.')
  await page.keyboard.press('Escape')
  await button.dblclick()
  await expect(status).toContainText('2 things in the cart.')
})

test('a line leads to its product; where that is the page behind, the drawer closes and what was chosen stays', async ({
  page,
  shopper,
}) => {
  const { drawer, lines } = drawerOf(page)
  await shopper.addToCart('football')
  await openProduct(page, 'canvas-high-tops')
  await page.getByRole('radio', { name: '42', exact: true }).check()
  await add(page)
  await expect(lines).toHaveCount(2)
  await lines.getByRole('link', { name: 'Canvas high tops' }).click()
  await expect(drawer).toBeHidden()
  await expect(page).toHaveURL('/p/canvas-high-tops/black/42')
  await expect(page.getByRole('button', { name: 'Add to cart' })).toBeFocused()
  await page.locator('[data-cart-link]').click()
  await lines.getByRole('link', { name: 'Football' }).click()
  await expect(page).toHaveURL('/p/football')
  await expect(drawer).toBeHidden()
  await expect(page.getByRole('main')).toBeFocused()
})

test('the drawer keeps to WCAG, with a line and with an alert; at 400 % its lines can be got to', async ({ page }) => {
  const { drawer, lines, alert } = drawerOf(page)
  await openProduct(page, 'football')
  await add(page)
  await expect(lines).toHaveAttribute('aria-busy', 'false')
  expect(await findAxeViolations(page)).toEqual([])
  expect(await findHiddenFocus(page)).toEqual([])
  await drawer.getByRole('button', { name: 'Close' }).click()
  await page.locator('input[name=sku]:checked').evaluate((field: HTMLInputElement) => {
    field.value = 'NOSUCH'
  })
  await add(page)
  await expect(alert).not.toBeEmpty()
  expect(await findAxeViolations(page)).toEqual([])
  expect(await findHiddenFocus(page)).toEqual([])
  await page.setViewportSize({ width: 320, height: 256 })
  const more = drawer.getByRole('button', { name: 'One more' })
  await more.scrollIntoViewIfNeeded()
  await expect(more).toBeInViewport({ ratio: 1 })
  expect(await findCutText(page)).toEqual([])
})

test.describe('without the code of the drawer', () => {
  test.use({ expectedComplaints: /ERR_FAILED|Failed to load/ })

  test('the form is sent as if there were no script, and the link leads to the cart', async ({ page, shopper }) => {
    await page.route(`**/_next/static/chunks/${chunkOfDrawer()}`, (route) => route.abort())
    await page.goto('/p/football')
    await isTakenOver(page)
    await add(page)
    await expect(shopper.title).toHaveText('Cart')
    await expect(page.getByRole('main').getByRole('listitem')).toHaveCount(1)
    await page.goto('/')
    await isTakenOver(page)
    await page.locator('[data-cart-link]').click()
    await expect(shopper.title).toHaveText('Cart')
  })
})
