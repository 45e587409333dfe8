import type { Page } from '@playwright/test'
import { expect, test } from './fixtures.ts'
import { untilAlive } from './page-checks.ts'

/** As after a deploy that has renamed what a button calls: what the page still sends names nothing that the store knows. */
async function forgetActions(page: Page): Promise<void> {
  const unknown = (text: string) => text.replace(/[0-9a-f]{8}(?=$|")/, '00000000')
  await page.route('**/*', async (route, request) => {
    const { 'next-action': action, ...headers } = request.headers()
    if (request.method() !== 'POST') return route.continue()
    if (action) return route.continue({ headers: { ...headers, 'next-action': unknown(action) } })
    const body = request.postData() ?? ''
    return route.continue({ postData: body.replace(/\$ACTION_ID_[0-9a-f]+"/, unknown) })
  })
}

test.describe('an order that was pressed on a page of the release before, which the store does not know any more, is not placed:', () => {
  test.beforeEach(async ({ shopper, javaScriptEnabled }) => {
    await shopper.addToCart('aloe-in-white-pot')
    await shopper.goToCheckout()
    // Before that the form is sent as without JavaScript.
    if (javaScriptEnabled) await untilAlive(shopper.page)
    await shopper.fillIn()
    await forgetActions(shopper.page)
    await shopper.placeOrder()
  })

  test.describe('with JavaScript', () => {
    test.use({ expectedComplaints: /status of 409|Server Action .* was not found/ })

    test('the page says so and loads itself anew, and there the order can be placed', async ({ shopper }) => {
      const { page, title } = shopper
      await expect(title).toHaveText('We have updated the shop')
      await expect(page.getByRole('main')).toContainText('nothing was changed, ordered or charged')
      await page.unrouteAll()
      const anew = page.waitForRequest((request) => request.isNavigationRequest())
      await page.getByRole('button', { name: 'Load this page anew' }).click()
      expect(new URL((await anew).url()).pathname).toBe('/checkout')
      await expect(title).toHaveText('Checkout')
      await shopper.fillIn()
      await shopper.placeOrder()
      await shopper.seesOrderState('CONFIRMED')
    })
  })

  test.describe('without JavaScript', () => {
    // A page that says what is wrong fades neither in nor out, of which browsers complain where the page before would have.
    test.use({ javaScriptEnabled: false, expectedComplaints: /status of 409|ViewTransition opt-in disabled/ })

    test('a page says so and leads to the cart, from where the order can be placed', async ({ shopper }) => {
      const { page, title } = shopper
      await expect(title).toHaveText('We could not read that')
      await expect(page.getByRole('main')).toContainText('from before our last update. Nothing was changed.')
      await page.unrouteAll()
      await page.getByRole('link', { name: 'Go to your cart' }).click()
      await page.getByRole('link', { name: 'Checkout' }).click()
      await shopper.fillIn()
      await shopper.placeOrder()
      await shopper.seesOrderState('CONFIRMED')
    })
  })
})
