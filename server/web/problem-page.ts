import { hashOf, pagePolicy } from './policy.ts'

/** Marks an answer of ours that people can read, so that nothing else is put in its place. Never sent. */
export const PRESENTABLE = 'x-presentable'

/** The shop's colours and measures in short; in Georgia, so that the page is whole with nothing but itself. */
const STYLE = [
  ':root{color-scheme:light dark;--paper:light-dark(oklch(.985 .006 85),oklch(.19 .008 70));--ink:light-dark(oklch(.23 .015 60),oklch(.94 .008 85));--focus:light-dark(oklch(.48 .16 255),oklch(.77 .12 255))}',
  'body{margin:0 auto;width:min(82rem,100% - 2*clamp(1rem,.6rem + 1.6vw,2rem));background:var(--paper);color:var(--ink);font:1.0625rem/1.55 Georgia,serif}',
  'header{padding:1.25rem 0 .9rem;border-bottom:1px solid}',
  'header a{font-size:1.9rem;font-weight:600;line-height:1;letter-spacing:-.03em;text-decoration:none}',
  'main{max-width:44rem;padding:clamp(2rem,1rem + 4vw,4rem) 0}',
  'h1{margin:0;font-size:clamp(1.875rem,1.35rem + 2.2vw,2.875rem);font-weight:500;line-height:1.1;letter-spacing:-.015em;text-wrap:balance}',
  'p{margin:1.25rem 0 0;font-size:1.375rem;line-height:1.4;text-wrap:pretty}',
  'a{color:inherit;text-underline-offset:.2em;text-decoration-thickness:1px}',
  '.ways{display:flex;flex-wrap:wrap;align-items:center;gap:.75rem 1.75rem;font-size:1.0625rem}',
  '.ways a{padding:.25rem 0}',
  '.ways .first{border:1px solid;padding:.8rem 1.75rem;background:var(--ink);color:var(--paper);text-decoration:none}',
  ':focus-visible{outline:3px solid var(--focus);outline-offset:2px}',
].join('')

/** What the page below may show: nothing but itself. */
export const PROBLEM_POLICY = pagePolicy({ styles: [hashOf(STYLE)] })

/** What it is sent with. */
export const PROBLEM_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': PROBLEM_POLICY,
} as const

/** A small whole page for what no page of ours would send: says what is wrong and where to go on. `text` is ours, never the visitor's. */
export function problemHtml(title: string, text: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"><title>${title} · Saleday</title><style>${STYLE}</style></head><body><header><a href="/">Saleday</a></header><main><h1>${title}</h1><p>${text}</p><p class="ways"><a class="first" href="/cart">Go to your cart</a><a href="/">To the front page</a></p></main></body></html>`
}

/** Where something of ours broke. */
export function brokenHtml(): string {
  return problemHtml(
    'Something went wrong on our side',
    'Please try again in a moment. If you were placing an order, trying again is safe: it is never placed or charged twice.',
  )
}

export function problemPage(status: number, title: string, text: string, headers: Record<string, string> = {}): Response {
  return new Response(problemHtml(title, text), {
    status,
    headers: { ...PROBLEM_HEADERS, [PRESENTABLE]: '1', ...headers },
  })
}
