import type { Locator, Page } from '@playwright/test'
import { expect, test } from './fixtures.ts'
import { ADDRESS } from './shopper.ts'

/** Presses Tab until something has the focus, as often as it takes to go through a page of ours. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press('Tab')
    if (await target.evaluate((element) => element === document.activeElement)) return
  }
  throw new Error(`Tab does not lead to ${target}`)
}

test('everything can be bought with the keyboard alone', async ({ shopper }) => {
  const { page } = shopper
  await page.goto('/p/red-network-cable')
  await page.keyboard.press('Tab')
  await expect(page.getByRole('link', { name: 'Skip to content' })).toBeInViewport()
  await tabTo(page, page.getByRole('radio', { name: /^1 m/ }))
  await page.keyboard.press('ArrowRight')
  // Until the drawer takes the form over it leads to the cart.
  await expect(page.locator('[data-cart-link]')).toHaveAttribute('aria-haspopup', 'dialog')
  await tabTo(page, page.getByRole('button', { name: 'Add to cart' }))
  await page.keyboard.press('Space')
  await expect(page.getByRole('dialog', { name: 'Cart' }).getByRole('listitem')).toContainText('3 m')
  await tabTo(page, page.getByRole('link', { name: 'Checkout' }))
  await page.keyboard.press('Enter')
  await expect(shopper.title).toHaveText('Checkout')
  for (const [label, text] of Object.entries(ADDRESS)) {
    await tabTo(page, page.getByLabel(label, { exact: true }))
    await page.keyboard.type(text)
  }
  await tabTo(page, page.getByRole('button', { name: 'Place order' }))
  await page.keyboard.press('Enter')
  await shopper.seesOrderState('CONFIRMED')
})

test('the buy form carries sku and quantity, the checkout the standard autocomplete tokens', async ({ shopper }) => {
  const { page } = shopper
  await page.goto('/p/hard-disk-3-5')
  const form = page.locator('form').filter({ has: page.getByRole('button', { name: 'Add to cart' }) })
  await expect(form).toHaveAttribute('method', 'post')
  await expect(form.locator('input[type=radio][name=sku]')).toHaveCount(3)
  await page.goto('/p/white-usb-cable')
  await expect(form.locator('input[type=hidden][name=sku]')).toHaveValue('USBCABLE')
  await expect(form.locator('input[name=quantity]')).toHaveValue('1')

  await shopper.addToCart('white-usb-cable')
  await shopper.goToCheckout()
  const tokens = {
    'E-mail': 'email',
    Name: 'name',
    'Street and number': 'address-line1',
    Postcode: 'postal-code',
    'Town or city': 'address-level2',
  }
  await expect(page.getByRole('combobox', { name: 'Country' })).toHaveAttribute('autocomplete', 'country')
  for (const [label, token] of Object.entries(tokens)) {
    await expect(page.getByLabel(label, { exact: true })).toHaveAttribute('autocomplete', token)
  }
})
