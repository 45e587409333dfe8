/** A small whole page for what no page of ours would send: says what is wrong and where to go on. `text` is ours, never the visitor's. */
export function problemPage(status: number, title: string, text: string, headers: Record<string, string> = {}): Response {
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title} · Saleday</title><style>body{font:1.0625rem/1.55 system-ui,sans-serif;max-width:38rem;margin:4rem auto;padding:0 1rem;color-scheme:light dark}h1{font:500 1.8rem/1.15 Georgia,serif}</style></head><body><main><h1>${title}</h1><p>${text}</p><p><a href="/cart">Go to your cart</a> or <a href="/">to the front page</a>.</p></main></body></html>`
  return new Response(html, { status, headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store', ...headers } })
}
