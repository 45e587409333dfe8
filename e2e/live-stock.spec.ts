import { sku } from '#/domain/sku.ts'
import { expect, test } from './fixtures.ts'

test('live stock follows the chosen variant, says when few are left, and hears of changes', async ({ shopper, merchant }) => {
  const { page } = shopper
  const stock = page.getByRole('status')
  const clicking = sku('MECHKEYS-CLICKING')
  await merchant.offer(sku('MECHKEYS-TACTILE'), 30)
  await merchant.offer(clicking, 2)
  await page.goto('/p/mechanical-keyboard')
  await expect(stock).toHaveText('In stock')
  await page.getByRole('radio', { name: 'Clicking' }).check()
  await expect(stock).toHaveText('2 left')
  await page.getByRole('radio', { name: 'Tactile' }).check()
  await expect(stock).toHaveText('In stock')

  await page.getByRole('radio', { name: 'Clicking' }).check()
  await merchant.offer(clicking, 0)
  await expect(async () => {
    // Coming back to a page asks anew, as time does; an answer is good for a second.
    await page.evaluate(() => window.dispatchEvent(new Event('visibilitychange')))
    await expect(stock).toHaveText('Sold out', { timeout: 300 })
  }).toPass()
})

test('the variant that was chosen is the one in the cart', async ({ shopper, merchant }) => {
  await merchant.offer(sku('MECHKEYS-LINEAR'), 20)
  await shopper.addToCart('mechanical-keyboard', { variant: 'Linear' })
  await expect(shopper.page.getByRole('main').getByRole('listitem')).toContainText('Linear')
})
