import type { CartChange } from '#/domain/cart-changes.ts'
import type { CartLineView } from '#/domain/cart-view.ts'
import { isSku } from '#/domain/sku.ts'

/** What a buy form asks for, with what its page shows of the product; null for a form that is no buy form of ours. */
export function readBuyForm(form: HTMLFormElement, fields: FormData): CartChange | null {
  const sku = String(fields.get('sku') ?? '')
  const quantity = Number(fields.get('quantity'))
  if (!isSku(sku) || !Number.isInteger(quantity) || quantity < 1) return null
  const page = form.closest('main')
  const seen = {
    slug: location.pathname.split('/')[2] ?? '',
    name: page?.querySelector('h1')?.textContent ?? sku,
    label: labelOf(form),
    picture: pictureOn(page),
  }
  return { kind: 'add', sku, quantity, seen }
}

/** All the words of the chosen variant: those beside its radio where they say it all. */
function labelOf(form: HTMLFormElement): string {
  const chosen = form.querySelector<HTMLInputElement>('input[name="sku"]:checked')
  return chosen?.dataset.label ?? chosen?.labels?.[0]?.querySelector('span')?.textContent ?? ''
}

/** The first photograph of the page, which is the product's own. */
function pictureOn(page: HTMLElement | null): CartLineView['picture'] {
  const image = page?.querySelector<HTMLImageElement>('picture img')
  const [, id] = /^\/media\/([^/]+)\//.exec(image ? new URL(image.src).pathname : '') ?? []
  return image && id ? { id, width: sizeOf(image, 'width'), height: sizeOf(image, 'height'), alt: '', focalX: 0.5, focalY: 0.5 } : null
}

/** Of the photograph itself, not of its place on this screen. */
function sizeOf(image: HTMLImageElement, side: 'width' | 'height'): number {
  return Number(image.getAttribute(side)) || 1
}
