import { expect, type Locator, type Page } from '@playwright/test'
import type { TEST_CARDS } from '#/server/payments/test-cards.ts'

type Card = (typeof TEST_CARDS)[keyof typeof TEST_CARDS]

export const ADDRESS = {
  'E-mail': 'ann@example.com',
  Name: 'Ann Field',
  'Street and number': '1 Long Road',
  Postcode: 'D02 XY00',
  'Town or city': 'Dublin',
} as const

/** Somebody in front of a browser: what shoppers do on every journey. */
export class Shopper {
  readonly page: Page
  readonly title: Locator
  readonly order: Locator
  readonly alert: Locator
  /** What an order's page says of how it stands. */
  readonly standing: Locator

  constructor(page: Page) {
    this.page = page
    this.title = page.getByRole('heading', { level: 1 })
    this.order = page.locator('main[data-order-id]')
    // The framework keeps an announcer with the same role at the end of the page.
    this.alert = page.getByRole('main').getByRole('alert')
    this.standing = page.locator('[data-order-words]')
  }

  /** Puts units of a product into the cart, with its buy form, and goes to the cart: from the drawer, or without JavaScript at once. */
  async addToCart(slug: string, { variant, quantity = 1 }: { variant?: string; quantity?: number } = {}): Promise<void> {
    await this.page.goto(`/p/${slug}`)
    if (variant) await this.page.getByRole('radio', { name: variant }).check()
    await this.page.getByLabel('Quantity').fill(`${quantity}`)
    await this.page.getByRole('button', { name: 'Add to cart' }).click()
    await this.seesCart()
  }

  /** After a buy form was sent. */
  async seesCart(): Promise<void> {
    const drawer = this.page.getByRole('dialog', { name: 'Cart' })
    const cart = this.page.getByRole('heading', { level: 1, name: 'Cart' })
    await expect(drawer.or(cart)).toBeVisible()
    if (await drawer.isVisible()) {
      await expect(drawer.locator('[aria-busy=true]')).toHaveCount(0)
      await drawer.getByRole('link', { name: 'View cart' }).click()
    }
    await expect(cart).toBeVisible()
  }

  async goToCheckout(): Promise<void> {
    await this.page.goto('/checkout')
    await expect(this.title).toHaveText('Checkout')
  }

  async fillIn({
    card = 'Visa ending 4242',
    ...changes
  }: { card?: Card } & Partial<Record<keyof typeof ADDRESS, string>> = {}): Promise<void> {
    for (const [label, text] of Object.entries({ ...ADDRESS, ...changes })) await this.page.getByLabel(label, { exact: true }).fill(text)
    await this.page.getByLabel('Test card').selectOption(card)
  }

  placeOrder(): Promise<void> {
    return this.page.getByRole('button', { name: 'Place order' }).click()
  }

  /** From the product to the order's page. */
  async buy(slug: string, { card = 'Visa ending 4242' }: { card?: Card } = {}): Promise<string> {
    await this.addToCart(slug)
    await this.goToCheckout()
    await this.fillIn({ card })
    await this.placeOrder()
    return this.orderId()
  }

  /** The order whose page is shown. */
  async orderId(): Promise<string> {
    await expect(this.order).toBeVisible()
    return (await this.order.getAttribute('data-order-id')) ?? ''
  }

  async seesOrderState(state: string): Promise<void> {
    await expect(this.order).toHaveAttribute('data-order-state', state)
  }
}
