import { expect } from '@playwright/test'
import { sku } from '#/domain/sku.ts'
import type { Merchant } from '#/drill/merchant.ts'
import type { Backstage } from './backstage.ts'
import { sendAndRefundPart } from './merchant-desk.ts'
import type { Shopper } from './shopper.ts'

export type Behind = { readonly merchant: Merchant; readonly backstage: Backstage }

export type PageState = {
  /** Also the name of its pictures. */
  readonly name: string
  /** Brings a new shopper there. What it returns puts back what was held up for it. */
  reach(shopper: Shopper, behind: Behind): Promise<undefined | (() => Promise<void>)>
  /** Its page has a status of 400 or more, which the browser complains of. */
  readonly isRefusal?: boolean
  /** Walked through with Tab, too. */
  readonly isWalked?: boolean
}

const SOLD_OUT_LATER = sku('SCOOP')
const RARE = sku('LION')
const BASKET = 'hanging-bamboo-basket'
const BANK_ASKS = 'Visa ending 3184 (its bank asks first)'
/** A town in Wales. */
const LONG_NAME = 'Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch'
const DECLINED = 'Visa ending 0002 (is declined)'

/** A page that is there for everybody, by its address and what its heading says. */
function plain(name: string, address: string, title: string | RegExp, more: Partial<PageState> = {}): PageState {
  const reach = async ({ page, title: heading }: Shopper) => {
    await page.goto(address)
    await expect(heading).toHaveText(title)
    return undefined
  }
  return { name, reach, ...more }
}

/** Every page that a shopper may come to see, in every state that looks different. */
export const PAGE_STATES: readonly PageState[] = [
  plain('home', '/', 'Sale day', { isWalked: true }),
  plain('sale', '/sale/sale-day', 'Sale day'),
  plain('category', '/c/shoes', 'Shoes', { isWalked: true }),
  plain('list-of-everything', '/c/everything/sort-price-low/page-2', 'Everything'),
  plain('product-two-options', '/p/canvas-high-tops', 'Canvas high tops', { isWalked: true }),
  plain('product-one-option', '/p/mechanical-keyboard', 'Mechanical keyboard'),
  {
    name: 'product-low-stock',
    async reach({ page }, { merchant }) {
      await merchant.offer(RARE, 2)
      await page.goto('/p/stone-guardian-lion')
      await expect(page.getByRole('status').filter({ hasText: '2 left' })).toBeVisible()
      return undefined
    },
  },
  {
    name: 'product-sold-out',
    async reach({ page }) {
      await page.goto('/p/tulips-in-yellow-pot')
      await expect(page.getByRole('status').filter({ hasText: 'Sold out' })).toBeVisible()
      return undefined
    },
  },
  plain('credits', '/credits', /photographs/i),
  plain('styleguide', '/styleguide', 'Style guide'),
  plain('not-found', '/nothing-here', 'We have nothing here', { isRefusal: true }),
  plain('order-not-yours', '/orders/6b1d2f3e-0000-4000-8000-000000000000', 'We cannot show this order here', { isRefusal: true }),
  plain('problem', '/%E0%A4%A', 'That address is damaged', { isRefusal: true }),
  plain('cart-empty', '/cart', 'Your cart is empty'),
  {
    name: 'cart',
    async reach(shopper) {
      await shopper.addToCart('two-person-tent', { variant: 'Moss green' })
      await shopper.addToCart('white-usb-cable', { quantity: 3 })
      await shopper.page.getByLabel('Discount code').fill('WELCOME10')
      await shopper.page.getByRole('button', { name: 'Apply' }).click()
      await expect(shopper.page.getByRole('main')).toContainText('WELCOME10: 10 % off.')
      return undefined
    },
  },
  {
    name: 'cart-with-problems',
    async reach(shopper, { merchant }) {
      await merchant.offer(SOLD_OUT_LATER, 3)
      await shopper.addToCart('potting-scoop', { quantity: 3 })
      await shopper.addToCart('white-usb-cable')
      await merchant.offer(SOLD_OUT_LATER, 0)
      await shopper.page.getByLabel('Discount code').fill('NEVER-WAS')
      await shopper.page.getByRole('button', { name: 'Apply' }).click()
      await expect(shopper.alert).toContainText('We do not know that code.')
      await expect(shopper.page.getByRole('main')).toContainText('Sold out.')
      return undefined
    },
  },
  plain('checkout-empty', '/checkout', 'There is nothing to check out'),
  {
    name: 'checkout',
    async reach(shopper) {
      await shopper.addToCart('two-person-tent', { variant: 'Moss green' })
      await shopper.addToCart('white-usb-cable', { quantity: 3 })
      await shopper.goToCheckout()
      return undefined
    },
  },
  {
    name: 'checkout-with-errors',
    async reach(shopper) {
      await shopper.addToCart('two-person-tent', { variant: 'Moss green' })
      await shopper.goToCheckout()
      await shopper.fillIn({ 'E-mail': 'ann@example', Postcode: ' ' })
      await shopper.placeOrder()
      await expect(shopper.alert).toContainText('Nothing was ordered yet')
      return undefined
    },
  },
  {
    name: 'order-received',
    async reach(shopper, { backstage }) {
      const letIntakeGo = await backstage.holdIntake()
      await shopper.buy(BASKET)
      await expect(shopper.title).toHaveText('Order received')
      return letIntakeGo
    },
  },
  {
    name: 'order-payment-held-up',
    async reach(shopper, { backstage }) {
      await backstage.desk.goWrong(
        { match: { operation: 'payment_intents.confirm' }, drop: 'before' },
        { match: { operation: 'payment_intents.retrieve' }, drop: 'before' },
      )
      await shopper.buy(BASKET)
      await expect(shopper.alert).toContainText('The payment service is not answering')
      return () => backstage.desk.workAgain()
    },
  },
  inState('order-confirmed', 'CONFIRMED', (shopper) => shopper.buy(BASKET)),
  inState('order-declined', 'DECLINED', async (shopper) => {
    await shopper.addToCart('desktop-with-27-inch-screen')
    await shopper.addToCart('two-person-tent', { variant: 'Moss green' })
    await shopper.goToCheckout()
    await shopper.fillIn({ card: DECLINED, 'Town or city': LONG_NAME })
    await shopper.placeOrder()
  }),
  inState('order-bank-asks', 'ACTION_REQUIRED', (shopper) => shopper.buy(BASKET, { card: BANK_ASKS })),
  inState('order-cancelled', 'CANCELLED', async (shopper) => {
    await shopper.buy(BASKET, { card: DECLINED })
    await shopper.seesOrderState('DECLINED')
    await shopper.page.getByRole('button', { name: 'Cancel this order' }).click()
  }),
  {
    name: 'order-sent-and-refunded-in-part',
    async reach(shopper) {
      const orderId = await shopper.buy(BASKET)
      await shopper.seesOrderState('CONFIRMED')
      await sendAndRefundPart(shopper, orderId)
      return undefined
    },
  },
]

function inState(name: string, state: string, go: (shopper: Shopper) => Promise<unknown>): PageState {
  const reach = async (shopper: Shopper) => {
    await go(shopper)
    await shopper.seesOrderState(state)
    return undefined
  }
  return { name, reach }
}
