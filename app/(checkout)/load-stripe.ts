/** The part of Stripe.js that we use. Source: https://docs.stripe.com/js */
export type Stripe = {
  elements(options: { mode: 'payment'; amount: number; currency: string; paymentMethodTypes: string[] }): StripeElements
  createConfirmationToken(options: { elements: StripeElements }): Promise<{ confirmationToken?: { id: string }; error?: StripeProblem }>
}
export type StripeElements = {
  create(type: 'payment'): PaymentElement
  update(options: { amount: number }): void
  submit(): Promise<{ error?: StripeProblem }>
}
export type StripeProblem = { readonly type: string; readonly message?: string }
type PaymentElement = {
  mount(place: HTMLElement): void
  on(event: 'ready' | 'loaderror', listener: () => void): unknown
  destroy(): void
}

const loading = new Map<string, Promise<(key: string) => Stripe>>()

/** Loads Stripe.js, once a page; a load that failed may be tried again. */
export function loadStripe(url: string): Promise<(key: string) => Stripe> {
  const loaded = loading.get(url) ?? load(url)
  loading.set(url, loaded)
  loaded.catch(() => loading.delete(url))
  return loaded
}

function load(url: string): Promise<(key: string) => Stripe> {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script')
    script.src = url
    script.onload = () => {
      const { Stripe } = window as { Stripe?: (key: string) => Stripe }
      if (Stripe) resolve(Stripe)
      else reject(new Error('the script brought no Stripe'))
    }
    script.onerror = () => {
      script.remove()
      reject(new Error('the script could not be loaded'))
    }
    document.head.append(script)
  })
}
