import type { Form } from './audit-page.ts'
import { FIGURES, judge, type Measured, middleRun, missesOf, type Verdict, writeSpread, writeTarget } from './judge.ts'
import type { Run } from './read-result.ts'

export type AuditReport = {
  readonly measured: readonly Measured[]
  /** JPEG of the first screen, by page and form. */
  readonly pictures: Readonly<Record<string, Readonly<Record<Form, Buffer>>>>
  readonly machine: string
  readonly when: string
  /** Why figures may be worse than the pages are; null when nothing speaks for that. */
  readonly warning: string | null
}

const STYLE = `
:root{color-scheme:light dark;--paper:#fcfaf6;--ink:#251e18;--quiet:#6b6157;--rule:#ddd6cb;--bad:#a3341b}
@media (prefers-color-scheme:dark){:root{--paper:#1b1815;--ink:#efeae2;--quiet:#a89f94;--rule:#3b352f;--bad:#f0926f}}
body{margin:0 auto;max-width:82rem;padding:1.5rem 1rem 4rem;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
h1,h2{font:500 1.6rem/1.2 Georgia,serif}h2{margin-top:3rem}h3{font-size:1rem}
a{color:inherit}.quiet{color:var(--quiet)}.missed{color:var(--bad);font-weight:600}
.wide{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{border-top:1px solid var(--rule);padding:.4rem .9rem .4rem 0;text-align:left;vertical-align:top;white-space:nowrap;font-weight:400}
thead th{color:var(--quiet)}small{color:var(--quiet);display:block}
.pictures{display:flex;flex-wrap:wrap;gap:1.5rem;align-items:flex-start}figure{margin:0}figcaption{color:var(--quiet)}
code{overflow-wrap:anywhere}
img{border:1px solid var(--rule);height:26rem;width:auto;max-width:100%;object-fit:contain}`

/** Lighthouse's own page on the middle run, beside the report. */
export function fileOf({ page, form }: Pick<Measured, 'page' | 'form'>): string {
  return `${page.name}-${form}.html`
}

/** One page that needs no other, but for links to Lighthouse's own. */
export function reportOf({ measured, pictures, machine, when, warning }: AuditReport): string {
  const misses = measured.flatMap(missesOf)
  const pages = Map.groupBy(measured, ({ page }) => page.name)
  const verdict =
    misses.length === 0
      ? '<p>Every target is met.</p>'
      : `<p class="missed">Missed:</p><ul>${misses.map((miss) => `<li>${escapeHtml(miss)}</li>`).join('')}</ul>`
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Audit</title><style>${STYLE}</style></head><body>
<h1>Audit</h1>
<p class="quiet">${escapeHtml(when)} · ${escapeHtml(machine)} · Lighthouse found it to be worth ${escapeHtml(benchmarksOf(measured))}</p>
${warning ? `<p class="missed">${escapeHtml(warning)}</p>` : ''}
${verdict}
<p>The middle of all runs counts; where they lie apart, from what to what stands beside it. Telephone and line are simulated, as Lighthouse does by itself.</p>
${tableOf(
  ['', ...Object.values(FIGURES).map(({ title }) => title)],
  measured.map((one) => [linkTo(one), ...judge(one).map(cellOf)]),
)}
${ownNote(measured)}
${[...pages].map(([name, forms]) => sectionOf(name, forms, pictures[name])).join('\n')}
</body></html>
`
}

function sectionOf(name: string, forms: readonly Measured[], pictures: AuditReport['pictures'][string] | undefined): string {
  const shown = forms.map(({ form }) => {
    const picture = pictures?.[form]
    return picture
      ? `<figure><img src="data:image/jpeg;base64,${picture.toString('base64')}" alt="${name}, ${form}"><figcaption>${form}</figcaption></figure>`
      : ''
  })
  return `<h2>${escapeHtml(name)}</h2>\n<div class="pictures">${shown.join('')}</div>\n${forms.map(runsOf).join('\n')}`
}

function runsOf({ page, form, runs }: Measured): string {
  const rows = runs.map((run, index) => [
    `${index + 1}`,
    ...Object.entries(FIGURES).map(([figure, { write }]) => write(run[figure as keyof typeof FIGURES])),
    `${Math.round(run.bytes / 1024)} KiB`,
    `${Math.round(run.benchmarkIndex)}`,
  ])
  const { findings, largest } = runs[middleRun(runs)] as Run
  const list = findings.length > 0 ? `<ul>${findings.map((finding) => `<li>${escapeHtml(finding)}</li>`).join('')}</ul>` : '<p>Nothing.</p>'
  return `<h3>${form}</h3>
${tableOf(['run', ...Object.values(FIGURES).map(({ title }) => title), 'bytes', 'machine'], rows)}
<p>Largest at last: <code>${escapeHtml(largest || 'nothing')}</code></p>
<p>What Lighthouse would have otherwise, with weight or without, in <a href="${fileOf({ page, form })}">its own words</a>:</p>
${list}`
}

function cellOf({ figure, spread, target, isMet }: Verdict): string {
  const figures = `<span${isMet === false ? ' class="missed"' : ''}>${writeSpread(figure, spread)}</span>`
  return `${figures}${target ? `<small>${writeTarget(target)}</small>` : ''}`
}

/** SEO of a page that asks search engines to stay away is told twice, so that nothing is hidden. */
function ownNote(measured: readonly Measured[]): string {
  const own = measured.filter(({ page }) => page.kind === 'own')
  if (own.length === 0) return ''
  const whole = own.map(({ page, form, runs }) => `${page.name}, ${form}: ${runs[middleRun(runs)]?.wholeSeo}`)
  return `<p>Pages about one shopper ask search engines to stay away, and Lighthouse holds that against them (<code>is-crawlable</code>). It is on purpose, so their SEO above is of all its other audits. As Lighthouse gives it: ${escapeHtml(whole.join(' · '))}.</p>`
}

function linkTo(measured: Measured): string {
  return `<a href="${fileOf(measured)}">${measured.page.name}, ${measured.form}</a>`
}

function benchmarksOf(measured: readonly Measured[]): string {
  const all = measured.flatMap(({ runs }) => runs.map(({ benchmarkIndex }) => Math.round(benchmarkIndex)))
  return `${Math.min(...all)} to ${Math.max(...all)} points (benchmarkIndex)`
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]) =>
    `<tr><th scope="row">${cells[0]}</th>${cells
      .slice(1)
      .map((cell) => `<td>${cell}</td>`)
      .join('')}</tr>`
  const heads = head.map((title) => `<th scope="col">${title}</th>`).join('')
  return `<div class="wide"><table><thead><tr>${heads}</tr></thead><tbody>${rows.map(row).join('')}</tbody></table></div>`
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
