import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { HtmlValidate } from 'html-validate'

/** WCAG 2.2 AA in all its parts, and what axe knows beyond it. */
const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice']

/** What a scheme of colours can change. All else is the same in both. */
const AXE_COLOUR_RULES = ['color-contrast', 'link-in-text-block']

/** Breaks of WCAG 2.2 AA in the page as it stands, one line an element. */
export async function findAxeViolations(page: Page, { coloursOnly = false } = {}): Promise<string[]> {
  // Nothing of ours is framed, so the second page that axe would open to put frames together is not needed.
  const axe = new AxeBuilder({ page }).setLegacyMode(true).options({ resultTypes: ['violations'] })
  const { violations } = await (coloursOnly ? axe.withRules(AXE_COLOUR_RULES) : axe.withTags(AXE_TAGS)).analyze()
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary = '' }) => `${id}: ${help} at ${target.join(' ')}: ${failureSummary.replace(/\s+/g, ' ')}`),
  )
}

const validator = new HtmlValidate({
  root: true,
  extends: ['html-validate:standard', 'html-validate:document'],
  elements: [
    'html5',
    // The form of a server action, before the framework has taken it over: `action=""` is how React writes "this address".
    { form: { attributes: { action: { enum: ['/.*/'] } } } },
  ],
  rules: {
    // What is ours needs no second hash; it is the policy that says whose scripts may run.
    'require-sri': ['error', { target: 'crossorigin' }],
  },
})

/** What is wrong with a document as it was sent. */
export async function findHtmlMistakes(html: string): Promise<string[]> {
  const { results } = await validator.validateString(html)
  return results.flatMap(({ messages }) =>
    messages.map(({ ruleId, message, selector, line, column }) => `${ruleId}: ${message} at ${selector ?? `${line}:${column}`}`),
  )
}

/** Resolves once the framework has taken the page over, where there is a framework in it, and its pictures are there. */
export async function untilAlive(page: Page): Promise<void> {
  await page.waitForLoadState('load')
  await page.waitForFunction(() => {
    const main = document.querySelector('main')
    return !('__next_f' in self) || (main !== null && Object.keys(main).some((key) => key.startsWith('__reactFiber')))
  })
  await page.evaluate(() => document.fonts.ready.then(() => undefined))
}

/** What is wider than the window; empty where nothing makes a page scroll sideways. */
export function findSidewaysScroll(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement
    if (scrollWidth <= clientWidth) return []
    const wide = [...document.body.querySelectorAll('*')].filter((element) => element.getBoundingClientRect().right > clientWidth + 1)
    return [`the page is ${scrollWidth} wide in ${clientWidth}`, ...wide.slice(0, 5).map((element) => element.outerHTML.slice(0, 160))]
  })
}

/** Text that its box cuts off. What is hidden from sight on purpose, and read aloud, is not meant. */
export function findCutText(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const cut = [...document.body.querySelectorAll('*')].filter((element) => {
      const { overflowX, overflowY, clipPath } = getComputedStyle(element)
      if (clipPath !== 'none' || element.clientWidth <= 1 || !element.textContent?.trim()) return false
      const isCut = (overflow: string, inner: number, outer: number) => /hidden|clip/.test(overflow) && inner > outer + 1
      return isCut(overflowX, element.scrollWidth, element.clientWidth) || isCut(overflowY, element.scrollHeight, element.clientHeight)
    })
    return cut.map((element) => element.outerHTML.slice(0, 160))
  })
}

/** The spacing that WCAG 1.4.12 has shoppers choose. A page's policy forbids a style element, not this. */
export async function spaceOutText(page: Page): Promise<void> {
  await page.evaluate(() => {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(
      '* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important } p { margin-bottom: 2em !important }',
    )
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]
  })
}

export async function resetText(page: Page): Promise<void> {
  await page.evaluate(() => {
    document.adoptedStyleSheets = []
  })
}

/** Things that take the focus and do not show it. A page has the keyboard's attention once Tab was pressed. */
export async function findHiddenFocus(page: Page): Promise<string[]> {
  await page.keyboard.press('Tab')
  return page.evaluate(() => {
    const places = [...document.querySelectorAll<HTMLElement>('a[href], button, input, select, textarea, summary, [tabindex]')]
    const hidden = places.filter((place) => {
      if (place.tabIndex < 0 || !place.checkVisibility()) return false
      place.focus({ preventScroll: true })
      return document.activeElement === place && getComputedStyle(place).outlineStyle === 'none'
    })
    return hidden.map((place) => place.outerHTML.slice(0, 160))
  })
}

/**
 * Controls that nothing sets apart. In forced colours no ground is seen: what has neither a border nor a line under its words is a word like
 * any other.
 */
export function findControlsWithoutEdge(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const controls = document.querySelectorAll('button, select, textarea, input:not([type=hidden], [type=radio], [type=checkbox])')
    const bare = [...controls].filter((control) => {
      const { borderBottomStyle, borderBottomWidth, textDecorationLine } = getComputedStyle(control)
      const hasBorder = borderBottomStyle !== 'none' && Number.parseFloat(borderBottomWidth) > 0
      return control.checkVisibility() && !hasBorder && !textDecorationLine.includes('underline')
    })
    return bare.map((control) => control.outerHTML.slice(0, 160))
  })
}

/** What moves, or would move, although the shopper asked for no movement. */
export function findMovement(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const seconds = (list: string) => Math.max(...list.split(',').map(Number.parseFloat))
    const moving = [...document.querySelectorAll('*')].filter((element) => {
      const { animationName, animationDuration, transitionDuration, scrollBehavior } = getComputedStyle(element)
      const isMoving = seconds(transitionDuration) > 0.01 || (animationName !== 'none' && seconds(animationDuration) > 0.01)
      return isMoving || scrollBehavior === 'smooth'
    })
    const running = document.getAnimations().filter(({ playState }) => playState === 'running')
    return [...running.map(({ id }) => `an animation runs: ${id}`), ...moving.map((element) => element.outerHTML.slice(0, 160))]
  })
}

export type Walk = { readonly first: string; readonly problems: readonly string[] }

/** Presses Tab from the top to the end. Problems are stops that do not show the focus or are out of sight, and whatever is never come to. */
export async function walkByTab(page: Page): Promise<Walk> {
  await page.reload()
  await untilAlive(page)
  const problems: string[] = []
  let first = ''
  for (;;) {
    await page.keyboard.press('Tab')
    const stop = await page.evaluate(() => {
      const element = document.activeElement
      if (!(element instanceof HTMLElement) || element === document.body || 'walked' in element.dataset) return null
      element.dataset.walked = ''
      const { top, bottom } = element.getBoundingClientRect()
      const isInSight = bottom > 0 && top < innerHeight
      return {
        text: element.textContent ?? '',
        html: element.outerHTML.slice(0, 160),
        isInSight,
        outline: getComputedStyle(element).outlineStyle,
      }
    })
    if (!stop) break
    first ||= stop.text
    if (stop.outline === 'none') problems.push(`does not show the focus: ${stop.html}`)
    if (!stop.isInSight) problems.push(`has the focus out of sight: ${stop.html}`)
  }
  const missed = await page.evaluate(() => {
    const places = document.querySelectorAll<HTMLElement>(
      'a[href], button:enabled, input:enabled:not([type=radio]), input:checked, select, summary',
    )
    return [...places]
      .filter((place) => place.tabIndex >= 0 && place.checkVisibility({ visibilityProperty: true }) && !('walked' in place.dataset))
      .map((place) => `is never come to: ${place.outerHTML.slice(0, 160)}`)
  })
  return { first, problems: [...problems, ...missed] }
}
