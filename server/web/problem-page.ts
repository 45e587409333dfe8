import { hashOf, pagePolicy } from './policy.ts'

/** Marks an answer of ours that people can read, so that nothing else is put in its place. Never sent. */
export const PRESENTABLE = 'x-presentable'

const STYLE =
  'body{font:1.0625rem/1.55 system-ui,sans-serif;max-width:38rem;margin:4rem auto;padding:0 1rem;color-scheme:light dark}h1{font:500 1.8rem/1.15 Georgia,serif}'

/** What the page below may show: nothing but itself. */
export const PROBLEM_POLICY = pagePolicy({ styles: [hashOf(STYLE)] })

/** A small whole page for what no page of ours would send: says what is wrong and where to go on. `text` is ours, never the visitor's. */
export function problemHtml(title: string, text: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"><title>${title} · Saleday</title><style>${STYLE}</style></head><body><main><h1>${title}</h1><p>${text}</p><p><a href="/cart">Go to your cart</a> or <a href="/">to the front page</a>.</p></main></body></html>`
}

export function problemPage(status: number, title: string, text: string, headers: Record<string, string> = {}): Response {
  return new Response(problemHtml(title, text), {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': PROBLEM_POLICY,
      [PRESENTABLE]: '1',
      ...headers,
    },
  })
}
