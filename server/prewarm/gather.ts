import { fail, ok, type Result } from '#/domain/result.ts'
import type { Answered, Asker, Unanswered } from './ask.ts'
import { linksIn } from './named-addresses.ts'
import { ownOrigins, type Place } from './place.ts'
import { ownPath, readSitemap } from './read-sitemap.ts'

/** More than a web process keeps. */
const MOST_PAGES = 5000
const MOST_PARTS = 100
const MOST_SALES = 20
/** Of a whole sitemap of ours; what the protocol allows is ten times that. */
const MOST_SITEMAP_BYTES = 5 * 1024 * 1024

export type Gathered = {
  readonly paths: readonly string[]
  /** How many the sitemap names that are followed. */
  readonly listed: number
  /** Named, and beyond what is walked. */
  readonly left: number
  /** Of another origin: never asked for. */
  readonly foreign: readonly string[]
}

export type NoSitemap = { readonly ok: false; readonly code: 'NO_SITEMAP'; readonly target: string; readonly why: string }

/** The shop's pages, those of sales first: the sitemap, its parts, and what the front page and the sales' own pages lead to. */
export async function gather(asker: Asker, place: Place, known: readonly string[]): Promise<Result<Gathered, NoSitemap>> {
  const sitemap = await readSitemaps(asker, place)
  if (!sitemap.ok) return sitemap
  const front = linksIn(await textOf(asker, place, '/'))
  const sales = [...new Set([...known.filter((path) => path.startsWith('/sale/')), ...front.sales])].slice(0, MOST_SALES)
  const ofSales: string[] = []
  for (const sale of sales) ofSales.push(sale, ...linksIn(await textOf(asker, place, sale)).products)
  const origins = ownOrigins(place)
  const listed = sitemap.value.map((url) => ({ url, path: ownPath(url, origins) }))
  const foreign = listed.flatMap(({ url, path }) => (path === null ? [url] : []))
  const own = listed.flatMap(({ path }) => path ?? [])
  const paths = [...new Set(['/', ...known, ...ofSales, ...own])]
  return ok({ paths: paths.slice(0, MOST_PAGES), listed: own.length, left: Math.max(0, paths.length - MOST_PAGES), foreign })
}

async function readSitemaps(asker: Asker, place: Place): Promise<Result<string[], NoSitemap>> {
  const read = async (target: string) => {
    const answer = await asker.ask(place, target, {
      headers: { 'accept-encoding': 'identity' },
      keep: true,
      mostBytes: MOST_SITEMAP_BYTES,
    })
    const sitemap = answer.ok && answer.value.status === 200 ? readSitemap(answer.value.text) : null
    return sitemap ? ok(sitemap) : fail('NO_SITEMAP', { target, why: whyNot(answer) })
  }
  const whole = await read('/sitemap.xml')
  if (!whole.ok) return whole
  if (whole.value.kind === 'pages') return ok([...whole.value.urls])
  const urls: string[] = []
  for (const url of whole.value.urls.slice(0, MOST_PARTS)) {
    const target = ownPath(url, ownOrigins(place))
    const part = target === null ? fail('NO_SITEMAP', { target: url, why: 'it is at another origin' }) : await read(target)
    if (!part.ok) return part
    if (part.value.kind === 'pages') urls.push(...part.value.urls)
  }
  return ok(urls)
}

async function textOf(asker: Asker, place: Place, path: string): Promise<string> {
  const answer = await asker.ask(place, path, { headers: { accept: 'text/html', 'accept-encoding': 'identity' }, keep: true })
  return answer.ok && answer.value.status === 200 ? answer.value.text : ''
}

function whyNot(answer: Result<Answered, Unanswered>): string {
  if (!answer.ok) return answer.why
  return answer.value.status === 200 ? 'it is no sitemap' : `it answers ${answer.value.status}`
}
