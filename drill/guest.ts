import { setTimeout } from 'node:timers/promises'
import { ADDRESS, orderedOn, type Page, Shopper } from './shopper.ts'

/** What a guest does when the shop needs them. */
export type Temper = {
  readonly card: string
  /** Asked for another card: gives a good one, or wants no more. */
  readonly onDecline: 'another-card' | 'leave'
  readonly atBank: 'confirm' | 'refuse'
  readonly deliveryMethod: 'standard' | 'express'
}

/** How it ended for a guest: with an order that is paid or given up, or with nothing. */
export type Outcome =
  | { readonly orderId: string; readonly end: 'confirmed' | 'left' }
  | { readonly orderId: null; readonly end: 'went-without' }

/** As often as somebody looks who wants it: below what the store allows one person. */
const ASK_AGAIN_MS = 3000
const LOOK_MS = 1000
const GOOD_CARD = 'pm_card_mastercard'

/** Who wants one of the last units: asks again while it says "sold out", pays, and goes through with what card and bank want. */
export class Guest {
  readonly #shopper: Shopper
  readonly #temper: Temper

  constructor(storeUrl: string, temper: Temper) {
    this.#shopper = new Shopper(storeUrl)
    this.#temper = temper
  }

  /** The checkout, filled in as far as the page does it. */
  prepare(slug: string): Promise<Page> {
    return this.#shopper.buy(slug)
  }

  /** Presses at once, and again until there is an order or the sale is over. */
  async order(checkout: Page, isOver: () => boolean): Promise<Outcome> {
    const { card: paymentMethod, deliveryMethod } = this.#temper
    let page = await this.#shopper.place(checkout, { paymentMethod, deliveryMethod })
    for (;;) {
      const orderId = orderedOn(page)
      if (orderId) return { orderId, end: await this.#seeItThrough(orderId) }
      if (!page.text.includes('sold out')) throw new Error(`a guest was told at ${page.path}: ${page.text.slice(0, 300)}`)
      if (isOver()) return { orderId: null, end: 'went-without' }
      await setTimeout(ASK_AGAIN_MS)
      page = await this.#shopper.press(page, 'Place order', { ...ADDRESS, paymentMethod, deliveryMethod })
    }
  }

  async #seeItThrough(orderId: string): Promise<'confirmed' | 'left'> {
    for (;;) {
      const state = await this.#stateOf(orderId)
      switch (state) {
        case 'CONFIRMED':
          return 'confirmed'
        case 'CANCELLED':
          return 'left'
        case 'DECLINED':
          if (this.#temper.onDecline === 'leave') await this.#pressWhatReads(orderId, /cancel/i)
          else await this.#pressWhatReads(orderId, /pay with this card/i, { paymentMethod: GOOD_CARD })
          break
        case 'ACTION_REQUIRED':
          await this.#goToBank(orderId)
          break
        case 'REJECTED':
          throw new Error(`order ${orderId} was received and then rejected`)
      }
      await setTimeout(LOOK_MS)
    }
  }

  async #stateOf(orderId: string): Promise<string> {
    const page = await this.#shopper.visit(`/api/orders/${orderId}`)
    if (page.status !== 200) throw new Error(`order ${orderId} answered ${page.status}`)
    return (JSON.parse(page.html) as { state: string }).state
  }

  /** Of the order's page; it may have moved on meanwhile, and then there is nothing to press. */
  async #pressWhatReads(orderId: string, words: RegExp, fields: Record<string, string> = {}): Promise<void> {
    const page = await this.#shopper.visit(`/orders/${orderId}`)
    const button = page.forms.flatMap((form) => form.buttons).find((text) => words.test(text))
    if (button) await this.#shopper.press(page, button, fields)
    else if (page.html.includes('data-order-state="DECLINED"'))
      throw new Error(`nothing reads ${words} at ${page.path}: ${page.text.slice(0, 300)}`)
  }

  /** By the link on the order's page, and back to the store by the bank's answer. */
  async #goToBank(orderId: string): Promise<void> {
    const page = await this.#shopper.visit(`/orders/${orderId}`)
    const bank = /href="([^"]*\/_local\/bank\/[^"]*)"/.exec(page.html)?.[1]?.replaceAll('&amp;', '&')
    if (!bank) return
    const answered = await fetch(bank, { method: 'POST', body: new URLSearchParams({ answer: this.#temper.atBank }), redirect: 'manual' })
    const back = answered.headers.get('location')
    if (back) await this.#shopper.visit(new URL(back).pathname + new URL(back).search)
  }
}
