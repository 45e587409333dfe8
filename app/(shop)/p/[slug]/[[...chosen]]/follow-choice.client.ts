import type { LiveVariant } from './live-variant.ts'

type Tell = (chosen: { readonly sku: string; readonly byShopper: boolean }) => void

/**
 * Keeps the address that of the chosen variant, so that it is there again after a reload, on Back, and for whoever is sent it. Tells at once
 * what stands chosen, and then each choice. Returns how to end it.
 */
export function followChoice(form: HTMLFormElement, variants: readonly LiveVariant[], tell: Tell): () => void {
  const radios = [...form.querySelectorAll<HTMLInputElement>('input[type=radio][name=sku]')]
  const choose = (sku: string) => {
    const variant = variants.find((known) => known.sku === sku)
    if (!variant) return
    if (variant.path !== location.pathname) history.replaceState(null, '', variant.path)
    keepInLinks(form.closest('main'), variant.path)
    tell({ sku, byShopper: true })
  }

  const checked = radios.find((radio) => radio.checked)
  const named = radios.find((radio) => variants.some(({ sku, path }) => sku === radio.value && path === location.pathname))
  if (checked && !checked.defaultChecked) {
    choose(checked.value) // before this was here to see it
  } else if (named) {
    named.checked = true // an address that was kept on an earlier visit, over the page that it was kept on
    choose(named.value)
  }

  const onChange = ({ target }: Event) => {
    if (target instanceof HTMLInputElement && radios.includes(target)) choose(target.value)
  }
  form.addEventListener('change', onChange)
  return () => form.removeEventListener('change', onChange)
}

/**
 * Who goes from one colour to another keeps the size, where the other has it: `data-base` is the other's address, `data-last` what it has.
 * Pages that were left stay in the document, hidden, and keep theirs.
 */
function keepInLinks(page: HTMLElement | null, path: string): void {
  const last = path.slice(path.lastIndexOf('/') + 1)
  for (const link of page?.querySelectorAll<HTMLAnchorElement>('a[data-last]') ?? []) {
    const { base, last: there = '' } = link.dataset
    link.href = there.split(' ').includes(last) ? `${base}/${last}` : `${base}`
  }
}
