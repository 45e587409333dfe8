import { randomUUID } from 'node:crypto'

/** Only who hangs is given up: of hundreds at once on a slow machine the last waits for as long as all before him take. */
const PATIENCE_MS = 300_000

/**
 * A shopper without JavaScript: follows links, fills forms as the page gives them, keeps cookies, obeys redirects. Light enough to have
 * hundreds at once.
 */
export class Shopper {
  readonly #storeUrl: string
  readonly #cookies: Map<string, string>

  constructor(storeUrl: string, cookies = new Map<string, string>()) {
    this.#storeUrl = storeUrl
    this.#cookies = cookies
  }

  /** The same shopper, when a balancer sends what he asks for to another process. */
  at(storeUrl: string): Shopper {
    return new Shopper(storeUrl, this.#cookies)
  }

  visit(path: string): Promise<Page> {
    return this.#request('GET', path)
  }

  /** Sends a form with what the page put into it and the fields given; the first form whose button reads so. */
  async press(page: Page, button: string, fields: Fields = {}): Promise<Page> {
    const form = page.forms.find((candidate) => candidate.buttons.includes(button))
    if (!form) throw new Error(`no form with the button ${button} at ${page.path}: ${page.text.slice(0, 300)}`)
    const filled = { ...form.fields, ...fields }
    return this.#request('POST', form.action || page.path, form.multipart ? multipart(filled) : urlencoded(filled))
  }

  /** Sends fields that no page asked for. */
  send(path: string, fields: Fields): Promise<Page> {
    return this.#request('POST', path, urlencoded(fields))
  }

  cookie(name: string): string {
    return this.#cookies.get(name) ?? ''
  }

  setCookie(name: string, value: string): void {
    this.#cookies.set(name, value)
  }

  async buy(slug: string, fields: Fields = {}): Promise<Page> {
    await this.press(await this.visit(`/p/${slug}`), 'Add to cart', fields)
    return this.visit('/checkout')
  }

  async place(checkout: Page, fields: Fields = {}): Promise<Page> {
    return this.press(checkout, 'Place order', { ...ADDRESS, ...fields })
  }

  async #request(method: string, path: string, body?: Body): Promise<Page> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(new URL(path, this.#storeUrl), {
      method,
      redirect: 'manual',
      headers: { accept: 'text/html', cookie, origin: this.#storeUrl, ...(body ? { 'content-type': body.type } : {}) },
      signal: AbortSignal.timeout(PATIENCE_MS),
      ...(body ? { body: body.bytes } : {}),
    })
    for (const set of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(set) ?? []
      if (name) this.#cookies.set(name, value ?? '')
    }
    const html = await response.text()
    const location = response.headers.get('location')
    if (location && [302, 303, 307, 308].includes(response.status)) return this.#request('GET', location)
    return { status: response.status, path, html, text: textOf(html), forms: formsOf(html) }
  }
}

/** Fields of a form; bytes where they are no text. */
export type Fields = Readonly<Record<string, string | Buffer>>

export type Body = { readonly type: string; readonly bytes: Buffer<ArrayBuffer> }

function urlencoded(fields: Fields): Body {
  const pairs = Object.entries(fields).map(([name, value]) => [name, value.toString()])
  return { type: 'application/x-www-form-urlencoded', bytes: Buffer.from(new URLSearchParams(pairs).toString()) }
}

/** A form with files in it, or one of an action: what a browser sends without JavaScript. */
export function multipart(fields: Fields): Body {
  const boundary = `----${randomUUID()}`
  const parts = Object.entries(fields).map(([name, value]) => {
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n`
    return Buffer.concat([Buffer.from(head), Buffer.from(value), Buffer.from('\r\n')])
  })
  return { type: `multipart/form-data; boundary=${boundary}`, bytes: Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]) }
}

export const ADDRESS = {
  email: 'ann@example.com',
  name: 'Ann Field',
  street: '1 Long Road',
  postcode: 'D02 XY00',
  city: 'Dublin',
  country: 'IE',
}

export type Page = {
  readonly status: number
  readonly path: string
  readonly html: string
  readonly text: string
  readonly forms: readonly Form[]
}

type Form = {
  readonly action: string
  readonly multipart: boolean
  readonly fields: Record<string, string>
  readonly buttons: readonly string[]
}

/** The order that a page shows. */
export function orderOn(page: Page): { id: string; state: string } | null {
  const [main] = /<main[^>]*data-order-id[^>]*>/.exec(page.html) ?? []
  return main ? { id: attribute(main, 'data-order-id') ?? '', state: attribute(main, 'data-order-state') ?? '' } : null
}

/** The order that a press on "Place order" led to, whether or not its page could be shown; null when it led to none. */
export function orderedOn({ path }: Page): string | null {
  return /^\/orders\/([0-9a-f-]{36})$/.exec(path)?.[1] ?? null
}

function formsOf(html: string): Form[] {
  return [...html.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)].map(([, attributes = '', content = '']) => ({
    action: attribute(attributes, 'action') ?? '',
    multipart: attribute(attributes, 'encType') === 'multipart/form-data',
    fields: fieldsOf(content),
    buttons: [...content.matchAll(/<button\b[^>]*>(.*?)<\/button>/gs)].map(([, inside = '']) => textOf(inside)),
  }))
}

/** What a browser would send: the checked radio, the selected option, else the first of each. */
function fieldsOf(content: string): Record<string, string> {
  const fields: Record<string, string> = {}
  for (const [tag] of content.matchAll(/<input\b[^>]*>/g)) {
    const name = attribute(tag, 'name')
    if (!name || (attribute(tag, 'type') === 'radio' && !/\schecked/.test(tag))) continue
    fields[name] = attribute(tag, 'value') ?? ''
  }
  for (const [, attributes = '', inside = ''] of content.matchAll(/<select\b([^>]*)>(.*?)<\/select>/gs)) {
    const options = [...inside.matchAll(/<option\b[^>]*>/g)].map(([tag]) => tag)
    const chosen = options.find((tag) => /\sselected/.test(tag)) ?? options[0]
    fields[attribute(attributes, 'name') ?? ''] = attribute(chosen ?? '', 'value') ?? ''
  }
  return fields
}

function attribute(tag: string, name: string): string | undefined {
  const found = new RegExp(`\\b${name.replace('$', '\\$')}="([^"]*)"`, 'i').exec(tag)?.[1]
  return found === undefined ? undefined : unescapeHtml(found)
}

function textOf(html: string): string {
  const visible = html
    .replace(/<(script|style)\b.*?<\/\1>/gs, ' ')
    .replace(/<!--.*?-->/gs, '')
    .replace(/<[^>]*>/g, ' ')
  return unescapeHtml(visible).replace(/\s+/g, ' ').trim()
}

function unescapeHtml(text: string): string {
  return text.replaceAll('&quot;', '"').replaceAll('&#x27;', "'").replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}
