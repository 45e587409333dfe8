import { fail, ok, type Result } from '#/domain/result.ts'
import { SITEMAP_MAX_BYTES } from '#/domain/sitemap.ts'
import type { Answered, Asker, Unanswered } from './ask.ts'
import { linksIn } from './named-addresses.ts'
import { ownOrigins, type Place } from './place.ts'
import { ownPath, readSitemap } from './read-sitemap.ts'

/** What a web process has room for (server/web/kept-pages.ts), with some to spare: beyond it, each page that is asked for drives out another. */
export const MOST_PAGES = 800
const MOST_PARTS = 100
const MOST_SALES = 20

export type Gathered = {
  /** The least wanted first, so that the others are what stays where there is not room for all. */
  readonly paths: readonly string[]
  /** Of these, those of sales: their own pages and their products. */
  readonly ofSales: readonly string[]
  /** How many the sitemap names that are followed. */
  readonly listed: number
  /** Named, and beyond what is walked: pages, and parts of the sitemap that were not read. */
  readonly beyond: { readonly pages: number; readonly parts: number }
  /** Of another origin, and never asked for: how many, and one of them. */
  readonly foreign: { readonly count: number; readonly such: string | null }
}

export type NoSitemap = {
  readonly ok: false
  readonly code: 'NO_SITEMAP'
  readonly target: string
  /** What came in its place; null where nothing whole did. */
  readonly status: number | null
  readonly why: string
}

/** The shop's pages: of the sitemap and its parts, and what the front page and the sales' own pages lead to. What is not read by `untilMs` is left. */
export async function gather(asker: Asker, place: Place, known: readonly string[], untilMs: number): Promise<Result<Gathered, NoSitemap>> {
  const sitemap = await readSitemaps(asker, place, untilMs)
  if (!sitemap.ok) return sitemap
  const { own, parts, foreign } = sitemap.value
  const front = linksIn(await textOf(asker, place, '/'))
  const sales = [...new Set([...known.filter((path) => path.startsWith('/sale/')), ...front.sales])].slice(0, MOST_SALES)
  const ofSales = new Set(known)
  for (const sale of sales) {
    if (performance.now() > untilMs) break
    for (const path of [sale, ...linksIn(await textOf(asker, place, sale)).products]) ofSales.add(path)
  }
  const wanted = [...new Set(['/', ...ofSales, ...own])]
  const paths = wanted.slice(0, MOST_PAGES)
  const beyond = { pages: wanted.length - paths.length, parts }
  return ok({ paths: paths.toReversed(), ofSales: paths.filter((path) => ofSales.has(path)), listed: own.length, beyond, foreign })
}

type Sitemaps = Pick<Gathered, 'foreign'> & { readonly own: readonly string[]; readonly parts: number }

/** As many parts as it takes to know of enough pages. */
async function readSitemaps(asker: Asker, place: Place, untilMs: number): Promise<Result<Sitemaps, NoSitemap>> {
  const whole = await read(asker, place, '/sitemap.xml')
  if (!whole.ok) return whole
  if (whole.value.kind === 'pages') return ok({ ...sort(place, whole.value.urls), parts: 0 })
  const own: string[] = []
  let foreign: Gathered['foreign'] = { count: 0, such: null }
  const parts = [...whole.value.urls]
  for (let count = 0; count < MOST_PARTS && own.length < MOST_PAGES && performance.now() <= untilMs; count += 1) {
    const url = parts.shift()
    if (url === undefined) break
    const target = ownPath(url, ownOrigins(place))
    if (target === null) return fail('NO_SITEMAP', { target: url, status: 200, why: 'it is at another origin' })
    const part = await read(asker, place, target)
    if (!part.ok) return part
    if (part.value.kind !== 'pages') continue
    const found = sort(place, part.value.urls)
    for (const path of found.own) own.push(path)
    foreign = { count: foreign.count + found.foreign.count, such: foreign.such ?? found.foreign.such }
  }
  return ok({ own, foreign, parts: parts.length })
}

async function read(asker: Asker, place: Place, target: string) {
  const headers = { 'accept-encoding': 'identity' }
  const answer = await asker.ask(place, target, { headers, keep: true, mostBytes: SITEMAP_MAX_BYTES })
  const sitemap = answer.ok && answer.value.status === 200 ? readSitemap(answer.value.text) : null
  return sitemap ? ok(sitemap) : fail('NO_SITEMAP', { target, status: answer.ok ? answer.value.status : null, why: whyNot(answer) })
}

function sort(place: Place, urls: readonly string[]): Pick<Sitemaps, 'own' | 'foreign'> {
  const origins = ownOrigins(place)
  const own: string[] = []
  let [count, such]: [number, string | null] = [0, null]
  for (const url of urls) {
    const path = ownPath(url, origins)
    if (path !== null) {
      own.push(path)
      continue
    }
    count += 1
    such ??= url
  }
  return { own, foreign: { count, such } }
}

async function textOf(asker: Asker, place: Place, path: string): Promise<string> {
  const answer = await asker.ask(place, path, { headers: { accept: 'text/html', 'accept-encoding': 'identity' }, keep: true })
  return answer.ok && answer.value.status === 200 ? answer.value.text : ''
}

function whyNot(answer: Result<Answered, Unanswered>): string {
  if (!answer.ok) return answer.why
  return answer.value.status === 200 ? 'it is no sitemap' : `it answers ${answer.value.status}`
}
