import { readCredits } from '#/prisma/seed/read-photos.ts'
import { expect, test } from './fixtures.ts'

const PAGES = ['/', '/c/home', '/p/canvas-high-tops', '/credits']

for (const path of PAGES) {
  test(`${path} is one static page for everybody`, async ({ request }) => {
    await expect.poll(async () => (await request.get(path)).headers()['x-nextjs-cache']).toBe('HIT')
    const page = await request.get(path)
    expect(page.status()).toBe(200)
    expect(page.headers()['cache-control']).toMatch(/s-maxage=\d+/)
    expect(page.headers()['set-cookie']).toBeUndefined()
  })

  test(`every picture of ${path} is shown and has words for who cannot see it`, async ({ page }) => {
    await page.goto(path)
    const pictures = page.getByRole('main').locator('img')
    // Those further down are asked for only when somebody comes near.
    await pictures.evaluateAll((images) => {
      for (const image of images) image.setAttribute('loading', 'eager')
    })
    for (const picture of await pictures.all()) {
      expect((await picture.getAttribute('alt'))?.length).toBeGreaterThan(20)
      await expect(picture).not.toHaveJSProperty('naturalWidth', 0)
    }
  })
}

test('a photograph comes as AVIF, WebP or JPEG, in several widths', async ({ page }) => {
  await page.goto('/p/canvas-high-tops')
  const picture = page.locator('picture').first()
  await expect(picture.locator('source')).toHaveCount(2)
  for (const type of ['avif', 'webp']) {
    await expect(picture.locator(`source[type="image/${type}"]`)).toHaveAttribute('srcset', new RegExp(`352\\.${type} 352w, .*672w`))
  }
  await expect(picture.locator('img')).toHaveAttribute('srcset', /544\.jpg 544w, .*1024w/)
})

test('the credits name every photographer', async ({ page }) => {
  await page.goto('/credits')
  for (const { photographer } of (await readCredits()).values()) await expect(page.getByRole('main')).toContainText(photographer)
})
