import { expect, test } from './fixtures.ts'
import { witness } from './witness.ts'

// A journey fails when its page did anything that the policy forbids. Here that is what is looked for.
test.use({ expectedComplaints: /policy violated|Content Security Policy|violates the following|left this machine|failed: |status of 404/ })

const FORBIDDEN = {
  'a script in the page': [
    'script-src-elem inline',
    () => document.body.append(Object.assign(document.createElement('script'), { text: 'window.ran = 1' })),
  ],
  'a style in the page': [
    'style-src-elem inline',
    () => document.body.append(Object.assign(document.createElement('style'), { textContent: 'body{color:red}' })),
  ],
  'a handler in an attribute': [
    'script-src-attr inline',
    () => {
      document.body.setAttribute('onclick', 'window.ran = 1')
      document.body.click()
    },
  ],
  'text taken for code': ['script-src eval', () => void setTimeout('window.ran = 1')],
  'a script from elsewhere': [
    'script-src-elem http://elsewhere.test',
    () => document.body.append(Object.assign(document.createElement('script'), { src: 'http://elsewhere.test/x.js' })),
  ],
  'a picture from elsewhere': [
    'img-src http://elsewhere.test',
    () => document.body.append(Object.assign(new Image(), { src: 'http://elsewhere.test/x.png' })),
  ],
} as const satisfies Record<string, readonly [string, () => void]>

for (const path of ['/', '/p/canvas-high-tops', '/cart', '/nothing-here']) {
  test(`${path} runs and shows nothing that is not its own, and whoever watches a journey hears of it`, async ({ page, context }) => {
    const heard = await witness(context)
    await page.goto(path)
    await page.waitForLoadState('networkidle')
    for (const [what, [directive, act]] of Object.entries(FORBIDDEN)) {
      await page.evaluate(act)
      await expect.poll(() => heard.some((complaint) => complaint.includes(`policy violated: ${directive}`)), what).toBe(true)
    }
    expect(await page.evaluate(() => 'ran' in window)).toBe(false)
    const colour = await page.evaluate(() => getComputedStyle(document.body).color)
    expect(colour).not.toBe('rgb(255, 0, 0)')
  })
}
