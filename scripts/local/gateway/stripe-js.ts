/**
 * A stand-in for the part of Stripe.js that the checkout uses, with the same names and answers. It runs in a browser, as text: nothing
 * outside the function is there. As with Stripe's, what is typed into the form never becomes part of the page's own form.
 */
function installStripe(gatewayUrl: string): void {
  type Problem = { type: string; code?: string; message: string }
  type Card = { number: string; expiry: string; cvc: string }

  const css = `
    :host { display: grid; gap: 1rem; font: inherit }
    label { display: grid; gap: 0.3rem }
    input { font: inherit; border: 1px solid #767676; border-radius: 2px; padding: 0.65rem 0.75rem; width: 100%; box-sizing: border-box }
    div { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem }`

  const html = `
    <label>Card number <input id="number" inputmode="numeric" autocomplete="cc-number" placeholder="4242 4242 4242 4242" maxlength="23"></label>
    <div>
      <label>Expiry, MM / YY <input id="expiry" inputmode="numeric" autocomplete="cc-exp" placeholder="12 / 34" maxlength="9"></label>
      <label>Security code <input id="cvc" inputmode="numeric" autocomplete="cc-csc" placeholder="123" maxlength="4"></label>
    </div>`

  class Element {
    #root: ShadowRoot | null = null
    readonly #ready: (() => void)[] = []

    mount(place: HTMLElement): void {
      this.#root = place.shadowRoot ?? place.attachShadow({ mode: 'open' })
      // As a sheet of its own: the page's policy takes no style that stands in it.
      const sheet = new CSSStyleSheet()
      sheet.replaceSync(css)
      this.#root.adoptedStyleSheets = [sheet]
      this.#root.innerHTML = html
      setTimeout(() => {
        for (const listener of this.#ready) listener()
      })
    }

    on(event: string, listener: () => void): this {
      if (event === 'ready') this.#ready.push(listener)
      return this
    }

    destroy(): void {
      if (this.#root) this.#root.innerHTML = ''
    }

    card(): Card {
      const read = (id: string) => (this.#root?.getElementById(id) as HTMLInputElement | null)?.value.trim() ?? ''
      return { number: read('number').replaceAll(' ', ''), expiry: read('expiry'), cvc: read('cvc') }
    }
  }

  class Elements {
    element: Element | null = null

    create(): Element {
      this.element = new Element()
      return this.element
    }

    update(): void {}

    async submit(): Promise<{ error?: Problem }> {
      const { number, expiry, cvc } = this.element?.card() ?? { number: '', expiry: '', cvc: '' }
      const [month = 0, year = 0] = expiry.split('/').map(Number)
      const problem = (code: string, message: string) => ({ error: { type: 'validation_error', code, message } })
      if (!/^\d{12,19}$/.test(number)) return problem('incomplete_number', 'Your card number is incomplete.')
      if (!passesLuhn(number)) return problem('invalid_number', 'Your card number is invalid.')
      if (!(month >= 1 && month <= 12 && year >= 0)) return problem('incomplete_expiry', 'Your card’s expiration date is incomplete.')
      if (new Date(2000 + (year % 100), month) < new Date())
        return problem('invalid_expiry_year_past', 'Your card’s expiration year is in the past.')
      if (!/^\d{3,4}$/.test(cvc)) return problem('incomplete_cvc', 'Your card’s security code is incomplete.')
      return {}
    }
  }

  function passesLuhn(number: string): boolean {
    const digits = [...number]
      .reverse()
      .map((digit, i) => (i % 2 === 0 ? Number(digit) : Number(digit) * 2 > 9 ? Number(digit) * 2 - 9 : Number(digit) * 2))
    return digits.reduce((sum, digit) => sum + digit, 0) % 10 === 0
  }

  async function createConfirmationToken(
    key: string,
    elements: Elements,
  ): Promise<{ confirmationToken?: { id: string }; error?: Problem }> {
    const { number = '', expiry = '', cvc = '' } = elements.element?.card() ?? {}
    const [month = 0, year = 0] = expiry.split('/').map(Number)
    const card = { number, exp_month: `${month}`, exp_year: `${2000 + (year % 100)}`, cvc }
    const fields = Object.entries(card).map(([name, value]) => [`payment_method_data[card][${name}]`, value])
    const body = new URLSearchParams([['key', key], ['payment_method_data[type]', 'card'], ...fields])
    try {
      const response = await fetch(`${gatewayUrl}/v1/confirmation_tokens`, { method: 'POST', body })
      const answer = await response.json()
      return response.ok ? { confirmationToken: answer } : { error: answer.error }
    } catch {
      return { error: { type: 'api_connection_error', message: 'The request did not arrive.' } }
    }
  }

  const newStripe = (key: string) => ({
    elements: () => new Elements(),
    createConfirmationToken: ({ elements }: { elements: Elements }) => createConfirmationToken(key, elements),
  })
  Object.assign(window, { Stripe: newStripe })
}

/** The script that a page loads. */
export function stripeJs(gatewayUrl: string): string {
  return `(${installStripe})(${JSON.stringify(gatewayUrl)})`
}
