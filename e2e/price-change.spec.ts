import { formatMoney } from '#/domain/money.ts'
import { sku } from '#/domain/sku.ts'
import { expect, test } from './fixtures.ts'

const UNIT = sku('TRIPOD')
const SLUG = 'table-tripod'

test('a new price reaches the static page; a checkout from before says PRICE_CHANGED, then sells at the price it shows', async ({
  shopper,
  merchant,
  request,
  backstage,
}) => {
  const newPriceMinor = 41_30
  const newPrice = formatMoney({ minor: newPriceMinor, currency: 'EUR' })
  await shopper.addToCart(SLUG)
  await shopper.goToCheckout()
  await expect(shopper.page.getByRole('main')).not.toContainText(newPrice)
  await shopper.fillIn()

  await merchant.setPrice(UNIT, newPriceMinor)
  await expect.poll(async () => (await request.get(`/p/${SLUG}`)).text()).toContain(newPrice)
  await expect.poll(async () => (await request.get('/c/cameras')).text()).toContain(newPrice)

  await shopper.placeOrder()
  await expect(shopper.alert).toContainText('has changed since the page was shown. Nothing was ordered')
  await expect(shopper.page.getByRole('region', { name: 'What you are ordering' })).toContainText(newPrice)
  await shopper.placeOrder()
  await shopper.seesOrderState('CONFIRMED')
  expect(await backstage.charges(await shopper.orderId())).toEqual([newPriceMinor + 4_90])
})
