import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { finishPage, leanLayout } from './finish-page.ts'

const CSS = '.a{color:red}'
const row = (id: string, text: string) => `${id}:T${Buffer.byteLength(text).toString(16)},${text}`
const told = (value: unknown) => `<script>self.__next_f.push(${JSON.stringify(value).replaceAll('<', '\\u003c')})</script>`
const page = ({ flight = ['0:"tree"\n'], head = '', body = '' } = {}) =>
  `<!DOCTYPE html><html><head><style data-href="/a.css">${CSS}</style><link rel="preload" as="script" fetchPriority="low" href="/1.js"/>` +
  `<script src="/1.js" async=""></script><script src="/2.js" async=""></script>${head}<script src="/old.js" noModule=""></script></head>` +
  `<body>${body}<script>(globalThis["TURBOPACK"] || (globalThis["TURBOPACK"] = [])).push({"otherChunks":[]});</script>` +
  `<script src="/1.js" id="_R_" async=""></script><script>(self.__next_f=self.__next_f||[]).push([0])</script>` +
  `${flight.map((piece) => told([1, piece])).join('')}</body></html>`

/** What the inline scripts of a page have told the framework when they have run, and which scripts start after `load`. */
function run(html: string): { told: unknown[][]; started: string[]; turbopack: unknown[] } {
  const self = { __next_f: [] as unknown[][] }
  const started: string[] = []
  const world = { TURBOPACK: undefined as unknown[] | undefined }
  const document = {
    readyState: 'interactive',
    createElement: () => ({}),
    head: { append: ({ src }: { src: string }) => started.push(src) },
  }
  const addEventListener = (event: string, listener: () => void) => event === 'load' && listener()
  const setTimeout = (later: () => void) => later()
  for (const [, script = ''] of html.matchAll(/<script>([\s\S]*?)<\/script>/g)) {
    new Function('self', 'globalThis', 'document', 'addEventListener', 'setTimeout', script)(
      self,
      world,
      document,
      addEventListener,
      setTimeout,
    )
  }
  return { told: self.__next_f, started, turbopack: world.TURBOPACK ?? [] }
}

const treeOf = (html: string) =>
  run(html)
    .told.filter(([kind]) => kind === 1)
    .map(([, text]) => text)
    .join('')

const sha = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

test('the framework’s scripts start after load, each once, and nothing asks for them before', () => {
  const { html } = finishPage(page())
  expect(run(html).started).toEqual(['/1.js', '/2.js'])
  expect(html).not.toMatch(/<script src="\/[12]\.js"/)
  expect(html).not.toContain('as="script"')
  expect(html).toContain('<script src="/old.js" noModule=""></script>')
  expect(run(html).turbopack).toEqual([{ otherChunks: [] }])
})

test('the framework is told just what the page told it, whatever stands in it', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' })), (pieces) => {
      const flight = [...pieces, '</script><!--<script>', '\u2028']
      const rendered = page({ flight })
      expect(treeOf(finishPage(rendered).html)).toBe(flight.join(''))
      expect(run(finishPage(rendered).html).told[0]).toEqual([0])
    }),
  )
})

test('a sheet that the document has is not sent again in the tree; any other text is, whatever its length in bytes', () => {
  const other = '…a text, of ours: 1f:T3,\n2:T1,€'
  const flight = [
    '1:"a"\n',
    `${row('1f', CSS)}2:{"css":"$1f"}\n`,
    row('3', other),
    row('4', CSS),
    '5:"end"\n',
    row('6', `${CSS}b`),
    '7:{"half"',
  ]
  expect(treeOf(finishPage(page({ flight })).html)).toBe(
    `1:"a"\n1f:""\n2:{"css":"$1f"}\n${row('3', other)}4:""\n5:"end"\n${row('6', `${CSS}b`)}7:{"half"`,
  )
})

test('the policy allows the one script that is ours, each style and style attribute of the page, and no other', () => {
  const data = '<script type="application/ld+json">{"a":1}</script>'
  const body = `<p style="width:1px;background:url(&quot;x&quot;)">a</p>${data}`
  const { html, policy } = finishPage(page({ body }))
  const scripts = [...html.matchAll(/<script(?![^>]* src)[^>]*>([\s\S]*?)<\/script>/g)].map(([, text]) => text as string)
  expect(scripts).toHaveLength(2)
  expect(policy).toContain(`script-src 'self' ${sha(scripts[1] as string)};`)
  expect(policy).toContain(`style-src 'self' ${sha(CSS)};`)
  expect(policy).toContain(`style-src-attr 'unsafe-hashes' ${sha('width:1px;background:url("x")')};`)
  expect(policy).not.toContain(sha('alert(1)'))
  expect(policy).not.toMatch(/unsafe-(inline|eval)/)
  expect(html).toContain(data)
})

test.each([
  'alert(1)',
  '(globalThis["TURBOPACK"] || (globalThis["TURBOPACK"] = [])).push({"otherChunks":[]});alert(1)',
  '(globalThis["TURBOPACK"] || (globalThis["TURBOPACK"] = [])).push({"otherChunks":alert(1)});',
  'self.__next_f.push([1,alert(1)])',
])('a script that is not the framework’s, however it begins, stays where it is and may not run: %s', (script) => {
  const { html, policy } = finishPage(page({ body: `<script>${script}</script>` }))
  expect(html).toContain(`<body><script>${script}</script>`)
  expect(html.match(/alert\(1\)/g)).toHaveLength(1)
  expect(policy.match(/script-src[^;]*/)?.[0].match(/sha256/g)).toHaveLength(1)
  expect(policy).not.toContain(sha(script))
})

test('a picture that is preloaded can be asked for by the header; one with a header that no proxy would take is left out', () => {
  const preload = (set: string) =>
    `<link rel="preload" as="image" type="image/avif" fetchPriority="high" imageSrcSet="${set}" imageSizes="92vw"/>`
  expect(finishPage(page({ head: preload('/1.avif 320w, /2.avif 640w') })).preloads).toBe(
    '</1.avif>; rel=preload; as=image; type="image/avif"; imagesrcset="/1.avif 320w, /2.avif 640w"; imagesizes="92vw"; fetchpriority="high"',
  )
  expect(finishPage(page({ head: preload('/1.avif 320w, '.repeat(200)) })).preloads).toBe('')
  expect(finishPage(page({ head: preload('/1.avif 320w\r\nset-cookie: a') })).preloads).toBe('')
})

test('a layout that is fetched beforehand comes without the sheets that its reader has, and with all else', () => {
  const own = '.own{}'
  const short = (css: string) => `0:["$","style","0",{"precedence":"next","href":"/a.css","children":${JSON.stringify(css)}}]\n`
  const tree = `1:"$Sreact.fragment"\n9:T${CSS.length.toString(16)},${CSS}a:T${own.length.toString(16)},${own}${short(CSS)}${short('.own{}')}${short('$9')}`
  expect(leanLayout(tree, page({}))).toBe(
    `1:"$Sreact.fragment"\n9:""\na:T${own.length.toString(16)},${own}${short('')}${short('.own{}')}${short('$9')}`,
  )
})

test('sheets that a soft step may bring are in the policy beside those that stand in the page', () => {
  const { policy } = finishPage(page({}), { styles: [sha('.other{}')] })
  expect(policy).toContain(`style-src 'self' ${sha(CSS)} ${sha('.other{}')};`)
})

test('a policy that no proxy would take stands in the document, before all that it is about, and the header says who may frame it', () => {
  const body = Array.from({ length: 200 }, (_, n) => `<p style="width:${n}px">a</p>`).join('')
  const { html, policy } = finishPage(page({ body }))
  const [before = '', inside = ''] = html.split(/<meta http-equiv="Content-Security-Policy" content="|"\/><style/)
  expect(before).toBe('<!DOCTYPE html><html><head>')
  expect(inside).toContain(sha('width:199px'))
  expect(inside).toContain(`script-src 'self' ${sha(/<script>([\s\S]*?)<\/script>/.exec(html)?.[1] ?? '')};`)
  expect(inside).not.toContain('frame-ancestors')
  expect(policy).toBe("frame-ancestors 'none'")
  expect(finishPage(`<p>no head</p>${body}`).policy).toMatch(/script-src 'self'; style-src 'self';/)
})

test('what it does not know stays as it is, and does not run', () => {
  const unknown = '<script>self.__next_f.push(somethingElse)</script><script>console.log(1)</script><script id="a">b()</script>'
  const { html, policy } = finishPage(`<html><body>${unknown}</body></html>`)
  expect(html).toBe(`<html><body>${unknown}</body></html>`)
  expect(policy).toContain("script-src 'self';")
  expect(finishPage('').html).toBe('')
})
