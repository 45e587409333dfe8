import { expect, test } from 'vitest'
import { AUDIT_PAGES, type AuditPage } from './audit-page.ts'
import { judge, type Measured, middleRun, missesOf, targetsOf } from './judge.ts'
import { readAuditOptions } from './options.ts'
import { type LighthouseResult, type Run, readResult } from './read-result.ts'
import { reportOf } from './report.ts'
import { tableOf } from './table.ts'

const PRODUCT: AuditPage = { name: 'product', state: '', kind: 'public', opensWithPhotograph: true }
const CART: AuditPage = { name: 'cart', state: '', kind: 'own' }

const good: Run = {
  performance: 100,
  accessibility: 100,
  bestPractices: 100,
  seo: 100,
  wholeSeo: 100,
  lcpMs: 1200,
  cls: 0,
  tbtMs: 40,
  requests: 20,
  bytes: 300_000,
  largest: '<img src="/media/a/672.avif">',
  benchmarkIndex: 1500,
  findings: [],
}

function measured(page: AuditPage, runs: Partial<Run>[], form: Measured['form'] = 'mobile'): Measured {
  return { page, form, runs: runs.map((run) => ({ ...good, ...run })) }
}

test('the middle of all runs is held against the target, not the best and not the worst', () => {
  expect(missesOf(measured(PRODUCT, [{ performance: 90 }, {}, { performance: 100 }]))).toEqual([])
  expect(missesOf(measured(PRODUCT, [{ performance: 90 }, { performance: 99 }, {}]))).toEqual([
    'product, mobile: performance 99 (90 to 100), not ≥ 100',
  ])
})

test('between two runs lies no 100 that only one of them reached', () => {
  expect(missesOf(measured(PRODUCT, [{ performance: 99 }, {}]))).toHaveLength(1)
})

test.each<[Partial<Run>, string]>([
  [{ accessibility: 99 }, 'accessibility 99, not ≥ 100'],
  [{ bestPractices: 96 }, 'best practices 96, not ≥ 100'],
  [{ seo: 92 }, 'SEO 92, not ≥ 100'],
  [{ lcpMs: 1310 }, 'LCP 1.31 s, not ≤ 1.30 s'],
  [{ cls: 0.02 }, 'CLS 0.020, not ≤ 0.010'],
  [{ tbtMs: 101 }, 'TBT 101 ms, not ≤ 100 ms'],
  [{ requests: 26 }, 'requests 26, not ≤ 25'],
  [{ lcpMs: Number.NaN }, 'LCP NaN s, not ≤ 1.30 s'],
  [{ largest: '<h1>' }, 'what was largest at last is not the photograph but <h1>'],
])('a product page with %o has missed, and is told plainly', (run, miss) => {
  expect(missesOf(measured(PRODUCT, [run]))).toEqual([`product, mobile: ${miss}`])
})

test('pages about one shopper may take a little longer; nothing else is forgiven', () => {
  expect(missesOf(measured(CART, [{ performance: 95, lcpMs: 2000, requests: 40, largest: '<h1>' }]))).toEqual([])
  expect(missesOf(measured(CART, [{ performance: 94, accessibility: 99 }]))).toHaveLength(2)
})

test('a photograph may take its time at a desk, where performance says enough', () => {
  expect(targetsOf(PRODUCT, 'desktop').map(({ figure }) => figure)).not.toContain('lcpMs')
  expect(targetsOf(PRODUCT, 'mobile').map(({ figure }) => figure)).toContain('lcpMs')
})

test('figures that nothing is asked of are told, and judged neither way', () => {
  const [, , , , lcp] = judge(measured(CART, [{ lcpMs: 9000 }]))
  expect(lcp).toMatchObject({ figure: 'lcpMs', target: null, isMet: null })
})

test('the run to look at is the one in the middle, wherever it stands', () => {
  expect(middleRun([{ ...good, performance: 99 }, { ...good, performance: 80 }, good])).toBe(0)
  expect(middleRun([good])).toBe(0)
})

const audit = (title: string, score: number | null, more = {}) => ({ title, score, scoreDisplayMode: 'numeric', ...more })
const category = (score: number, ...ids: [string, number][]) => ({ score, auditRefs: ids.map(([id, weight]) => ({ id, weight })) })

const result: LighthouseResult = {
  categories: {
    performance: category(0.994, ['total-blocking-time', 30], ['dom-size', 0]),
    accessibility: category(1),
    'best-practices': category(0.96),
    seo: category(0.66, ['is-crawlable', 4], ['link-text', 1], ['canonical', 1], ['image-alt', 1]),
  },
  audits: {
    'total-blocking-time': audit('Total Blocking Time', 0.95, { numericValue: 80 }),
    'largest-contentful-paint': audit('LCP', 1, { numericValue: 1290 }),
    'cumulative-layout-shift': audit('CLS', 1, { numericValue: 0.002 }),
    'dom-size': audit('DOM is large', 0, { displayValue: '9,000\u00a0elements' }),
    'is-crawlable': audit('Page is blocked from indexing', 0),
    'link-text': audit('Links say where they lead', 0),
    'image-alt': audit('Pictures are described', 1),
    canonical: audit('Canonical', null, { scoreDisplayMode: 'notApplicable' }),
    'network-requests': audit('Network', null, {
      details: { items: [{ url: 'http://shop/', transferSize: 900 }, { url: 'http://shop/a.js', transferSize: 100 }, { url: 'data:,' }] },
    }),
    'lcp-breakdown-insight': audit('LCP breakdown', null, {
      details: {
        items: [
          { type: 'table', items: [] },
          { type: 'node', snippet: '<img alt="">' },
        ],
      },
    }),
  },
  environment: { benchmarkIndex: 1234.5 },
}

test('a result is read: scores as Lighthouse shows them, requests over the line, the largest element, what is not green', () => {
  expect(readResult(result, { isToBeFound: true })).toEqual({
    performance: 99,
    accessibility: 100,
    bestPractices: 96,
    seo: 66,
    wholeSeo: 66,
    lcpMs: 1290,
    cls: 0.002,
    tbtMs: 80,
    requests: 2,
    bytes: 1000,
    largest: '<img alt="">',
    benchmarkIndex: 1234.5,
    findings: [
      'dom-size: DOM is large (9,000 elements)',
      'is-crawlable: Page is blocked from indexing',
      'link-text: Links say where they lead',
    ],
  })
})

test('a page that asks search engines to stay away is judged by every other audit of SEO, and the whole score is kept', () => {
  expect(readResult(result, { isToBeFound: false })).toMatchObject({ seo: 50, wholeSeo: 66 })
})

test('what Lighthouse could not score has reached nothing', () => {
  const broken = { ...result, categories: { ...result.categories, performance: { score: null, auditRefs: [] } } }
  expect(readResult(broken, { isToBeFound: true })).toMatchObject({ performance: 0 })
})

test('the table has a line for each page and form, and marks what is missed', () => {
  const table = tableOf([measured(PRODUCT, [{ lcpMs: 1400 }, { lcpMs: 1500 }, { lcpMs: 1450 }]), measured(CART, [{}], 'desktop')])
  expect(table).toMatch(/product, mobile .* 1\.45 s \(1\.40 s to 1\.50 s\) ✗/)
  expect(table).toMatch(/cart, desktop .* 1\.20 s/)
  expect(table.match(/✗/g)).toHaveLength(1)
})

test('the report stands alone: pictures within, every run, the targets, what was missed, nothing that a page could slip in', () => {
  const picture = Buffer.from('a picture')
  const html = reportOf({
    measured: [
      measured(PRODUCT, [{ performance: 98, findings: ['x: <script>alert(1)</script>'] }, {}]),
      measured(CART, [{ wholeSeo: 66 }]),
    ],
    pictures: { product: { mobile: picture, desktop: picture } },
    machine: '2 × a core',
    when: 'today',
    warning: 'others were at work',
  })
  expect(html).toContain(`data:image/jpeg;base64,${picture.toString('base64')}`)
  expect(html).toContain('product, mobile: performance 99 (98 to 100), not ≥ 100')
  expect(html).toContain('others were at work')
  expect(html).toContain('href="product-mobile.html"')
  expect(html).toContain('cart, mobile: 66')
  expect(html).not.toContain('<script')
  expect(html).not.toMatch(/(?:src|href)="(?:https?:)?\/\//)
})

test.each([['--runs', '0'], ['--runs', 'many'], ['--page', 'nothing'], ['--fast']])('does not begin with %s %s', (...args) => {
  expect(() => readAuditOptions(args)).toThrow('That is not how to start the audit')
})

test('looks at every page five times, or at those that are named as often as one likes', () => {
  expect(readAuditOptions([])).toEqual({ runs: 5, pages: AUDIT_PAGES })
  expect(readAuditOptions(['--runs', '2', '--page', 'order,home'])).toMatchObject({ runs: 2, pages: [{ name: 'home' }, { name: 'order' }] })
})
