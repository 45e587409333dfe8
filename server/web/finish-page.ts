import { log } from '../telemetry/log.ts'
import { mapFlightRows } from './flight-rows.ts'
import { documentAtOwnOrigin, treeAtOwnOrigin } from './own-origin.ts'
import { fitPolicy, hashOf, type PageSources, pagePolicy } from './policy.ts'
import { startScript } from './start-scripts.ts'

export type FinishedHtml = {
  readonly html: string
  /** For a `Content-Security-Policy` that lets run just what stands in this page. */
  readonly policy: string
  /** For a `Link` header, so that an edge can ask for them before the page is there; empty where there is nothing to preload. */
  readonly preloads: string
  /** What the page is to be answered with: 410 where it says so of itself. Next has no way to. */
  readonly status: PageStatus
}

export type PageStatus = 200 | 410

/** Link headers longer than this are left out: proxies refuse headers of more than some 8 KB in all. */
const MAX_PRELOADS_LENGTH = 2000

const SCRIPT = /<script((?:\s[^>]*)?)>([\s\S]*?)<\/script>/g
const STYLE = /<style(?:\s[^>]*)?>([\s\S]*?)<\/style>/g
const STYLE_ATTRIBUTE = /<[a-z][^>]*?\sstyle="([^"]*)"/g
const SCRIPT_PRELOAD = /<link rel="preload" as="script"[^>]*>/g
const IMAGE_PRELOAD = /<link rel="preload" as="image"[^>]*>/g
/** See app/(shop)/page-metadata.ts. */
const GONE = '<meta name="page-status" content="410"/>'
/** Names the framework's scripts. */
const BOOTSTRAP = /^\(globalThis\["TURBOPACK"\] \|\| \(globalThis\["TURBOPACK"\] = \[\]\)\)\.push\((\{[\s\S]*\})\);?$/
const FLIGHT = /^\(?self\.__next_f(?:=self\.__next_f\|\|\[\]\))?\.push\((\[[\s\S]*\])\)$/

/**
 * Brings a page, as Next renders it, into its final form: the framework's scripts start after `load`, what they are told stands in one
 * script at the end, addresses name the shop's own origin, and the policy has the hash of that script and of every style that is left. Forms and
 * links work before any of it runs. A script that it does not recognise stays where it is and never runs: nobody knows who put it there. `beyond`
 * is what the page may have beside that.
 */
export function finishPage(rendered: string, beyond: PageSources = {}): FinishedHtml {
  const starting: string[] = []
  const flight: Flight[] = []
  const bootstrap: string[] = []
  const left = rendered.replace(SCRIPT, (whole, attributes: string, body: string) => {
    const source = / src="([^"]+)"/.exec(attributes)?.[1]
    if (source !== undefined) {
      if (!/ async(=""|\s|$)/.test(attributes)) return whole
      starting.push(decode(source))
      return ''
    }
    if (attributes.trim() !== '') return whole
    const told = readFlight(body)
    if (told) flight.push(told)
    else if (isBootstrap(body)) bootstrap.push(body)
    else return whole
    return ''
  })
  const sheets = sheetsIn(rendered)
  const script = [
    ...bootstrap,
    ...flightScript(flight, sheets),
    ...(starting.length > 0 ? [startScript(embed([...new Set(starting)]))] : []),
  ]
    .map((part) => part.replace(/;$/, ''))
    .join(';')
  const html = insertBefore(
    documentAtOwnOrigin(left.replace(SCRIPT_PRELOAD, '')),
    '</body>',
    script === '' ? '' : `<script>${script}</script>`,
  )
  tellOfStrangers(html, script)
  return { ...fitPolicy(html, policyOf(html, script, beyond)), preloads: preloadsOf(html), status: html.includes(GONE) ? 410 : 200 }
}

/**
 * A layout, as it is fetched before its page is asked for: who fetches it stands in a document that has the same layout, and its sheets.
 */
export function leanLayout(tree: string, html: string): string {
  return withoutSheets(tree, sheetsIn(html))
}

function sheetsIn(html: string): string {
  return [...html.matchAll(STYLE)].map(([, css]) => css ?? '').join('\n')
}

/** What a page tells the framework: `[0]` begins, `[1, text]` is a piece of the component tree, other kinds are passed on as they are. */
type Flight = readonly [kind: number, ...rest: unknown[]]

function readFlight(body: string): Flight | null {
  const parsed = parse(FLIGHT.exec(body)?.[1])
  return Array.isArray(parsed) && typeof parsed[0] === 'number' ? (parsed as unknown as Flight) : null
}

/** Nothing but data, in its one form. */
function isBootstrap(body: string): boolean {
  return parse(BOOTSTRAP.exec(body)?.[1]) !== undefined
}

/** What a text says in JSON; undefined when it is anything else. */
function parse(text: string | undefined): unknown {
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function flightScript(flight: readonly Flight[], sheets: string): string[] {
  if (flight.length === 0) return []
  const merged: Flight[] = []
  for (const told of flight) {
    const last = merged.at(-1)
    if (told[0] === 1 && last?.[0] === 1 && typeof told[1] === 'string') merged[merged.length - 1] = [1, `${last[1]}${told[1]}`]
    else merged.push(told)
  }
  const lean = merged.map(
    (told): Flight => (told[0] === 1 && typeof told[1] === 'string' ? [1, treeAtOwnOrigin(withoutSheets(told[1], sheets))] : told),
  )
  return [`(self.__next_f=self.__next_f||[]).push(${lean.map((told) => embed(told)).join(',')})`]
}

/**
 * The tree repeats each inlined sheet two or three times, as rows of text (`1f:T16c8,…`) or in place. The document has them already, and React
 * takes a style of the same `href` for the one that it is asked for, whatever stands in it: they become empty strings.
 */
function withoutSheets(tree: string, sheets: string): string {
  return mapFlightRows(tree, ({ id, whole, text }) => {
    if (text !== null) return sheets.includes(text) ? `${id}:""\n` : whole
    return whole.replace(SHORT_SHEET, (style, before: string, css: string) => (sheets.includes(JSON.parse(css)) ? `${before}""` : style))
  })
}

/** A sheet that is too short for a row of its own stands where it is used. */
const SHORT_SHEET = /(\["\$","style",[^{]*\{"precedence":"next","href":"[^"]*","children":)("(?!\$)(?:[^"\\]|\\.)*")/g

/** As a literal inside a script element: nothing in it can end the element, or a line. */
function embed(value: unknown): string {
  return JSON.stringify(value).replace(/[<\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function insertBefore(html: string, tag: string, text: string): string {
  const at = html.lastIndexOf(tag)
  return at === -1 ? html + text : html.slice(0, at) + text + html.slice(at)
}

const MOST_STRANGERS = 20
const strangers = new Set<string>()

/** Says of each form of script that would not run, once. One for machines, or for old browsers, is none. */
function tellOfStrangers(html: string, own: string): void {
  for (const [, attributes = '', body = ''] of html.matchAll(SCRIPT)) {
    if (body === own || / src="/.test(attributes) || attributes === ' type="application/ld+json"') continue
    const beginning = body.slice(0, 60)
    if (strangers.has(beginning) || strangers.size === MOST_STRANGERS) continue
    strangers.add(beginning)
    log.warn({ attributes, beginning }, 'a script in a page is not known and will not run')
  }
}

function policyOf(html: string, script: string, beyond: PageSources): string {
  const scripts = script === '' ? [] : [hashOf(script)]
  const styles = [...[...html.matchAll(STYLE)].map(([, css = '']) => hashOf(css)), ...(beyond.styles ?? [])]
  const withoutBodies = html.replace(SCRIPT, '').replace(STYLE, '')
  const attributes = [...withoutBodies.matchAll(STYLE_ATTRIBUTE)].map(([, css = '']) => hashOf(decode(css)))
  return pagePolicy({ ...beyond, scripts: [...scripts, ...(beyond.scripts ?? [])], styles, attributes })
}

function preloadsOf(html: string): string {
  const links = [...html.matchAll(IMAGE_PRELOAD)].map(([tag]) => {
    const value = (name: string) => decode(new RegExp(` ${name}="([^"]*)"`, 'i').exec(tag)?.[1] ?? '')
    const target = value('href') || (value('imageSrcSet').split(' ')[0] ?? '')
    const names = ['type', 'imageSrcSet', 'imageSizes', 'fetchPriority'].filter((name) => value(name))
    return `<${target}>; rel=preload; as=image${names.map((name) => `; ${name.toLowerCase()}="${value(name)}"`).join('')}`
  })
  const header = links.join(', ')
  return header.length > MAX_PRELOADS_LENGTH || /[^\x20-\x7e]/.test(header) ? '' : header
}

/** The few entities that React writes into attributes. */
function decode(text: string): string {
  const entities: Record<string, string> = { '&quot;': '"', '&#x27;': "'", '&lt;': '<', '&gt;': '>', '&amp;': '&' }
  return text.replace(/&(?:quot|#x27|lt|gt|amp);/g, (entity) => entities[entity] ?? entity)
}
