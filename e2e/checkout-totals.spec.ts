import { expect, test } from './fixtures.ts'

const SLUG = 'orchid-two-stems'

test('the sums follow country and delivery, say so politely, and what was shown is placed with one press', async ({
  shopper,
  backstage,
}) => {
  const { page } = shopper
  const bought = page.getByRole('region', { name: 'What you are ordering' })
  const news = page.locator('[data-total-news]')
  await shopper.addToCart(SLUG)
  await shopper.goToCheckout()
  await shopper.fillIn()
  await expect(bought).toContainText('Total, to Ireland€36.90')
  await expect(news).toBeEmpty()
  await expect(page.getByRole('radio', { name: 'Standard, 3 to 5 working days' })).toBeChecked()
  await expect(bought).toContainText('Standard, 3 to 5 working days')

  await page.getByLabel('Country').selectOption('Switzerland')
  await expect(page.getByRole('radio', { name: 'Standard, 5 to 7 working days' })).toBeChecked()
  await expect(bought).toContainText('Standard, 5 to 7 working days')
  await expect(page.getByRole('radio', { name: /^Standard/ })).toHaveAccessibleName(/€4\.90, in all €39\.89, including €2\.99 added tax/)
  await expect(page.getByRole('main')).toContainText('This is what it comes to in Switzerland.')
  await expect(bought).toContainText('Tax added€2.99Total, to Switzerland€39.89')
  await expect(news).toHaveText('In all €39.89, to Switzerland.')
  await page.getByRole('radio', { name: /^Express/ }).check()
  await expect(bought).toContainText('Total, to Switzerland€48.54')
  await expect(news).toHaveText('In all €48.54, to Switzerland.')
  await page.getByRole('radio', { name: /^Standard/ }).check()

  await shopper.placeOrder()
  await shopper.seesOrderState('CONFIRMED')
  expect(await backstage.charges(await shopper.orderId())).toEqual([39_89])
})

test('a country that is chosen before any script runs counts as well', async ({ shopper }) => {
  const { page } = shopper
  await shopper.addToCart(SLUG)
  await page.route('**/*.js', async (route) => {
    await page.getByLabel('Country').selectOption('Norway')
    await route.continue()
  })
  await page.goto('/checkout', { waitUntil: 'commit' })
  await expect(page.getByRole('region', { name: 'What you are ordering' })).toContainText('Total, to Norway')
})

test('what a browser says that it showed is not believed: at another sum than ours nothing is ordered', async ({ shopper }) => {
  const { page } = shopper
  await shopper.addToCart(SLUG)
  await shopper.goToCheckout()
  await shopper.fillIn()
  const shown = page.locator('input[name=shownMinor]')
  await expect(shown).toHaveValue('3690')
  await shown.evaluate((input: HTMLInputElement) => {
    input.value = '1'
  })
  await shopper.placeOrder()
  await expect(shopper.alert).toContainText('the order comes to €36.90. Nothing was ordered')
  await shopper.placeOrder()
  await shopper.seesOrderState('CONFIRMED')
})

test('what is wrong stands above the form and has the focus; each of it leads to its field', async ({ shopper }) => {
  const { page, alert } = shopper
  await shopper.addToCart(SLUG)
  await shopper.goToCheckout()
  await shopper.fillIn({ 'E-mail': 'ann@example', Postcode: ' ' })
  await page.getByLabel('E-mail').evaluate((input: HTMLInputElement) => {
    if (input.form) input.form.noValidate = true
  })
  await shopper.placeOrder()
  await expect(alert.getByRole('link')).toHaveText(['This does not look like an e-mail address.', 'Please tell us the postcode.'])
  await expect(page.locator(':focus').getByRole('alert')).toBeVisible()
  await alert.getByRole('link', { name: 'postcode' }).click()
  await expect(page.getByLabel('Postcode')).toBeFocused()
})

test.describe('on a telephone', () => {
  test.use({ viewport: { width: 360, height: 740 } })

  test('what is bought is folded, with its total, and unfolds', async ({ shopper }) => {
    const { page } = shopper
    await shopper.addToCart(SLUG)
    await shopper.goToCheckout()
    const bought = page.getByRole('region', { name: 'What you are ordering' })
    const line = bought.getByText(/^1 × /)
    await expect(line).toBeHidden()
    await bought.getByText('€36.90').first().click()
    await expect(line).toBeVisible()
  })
})
