import { notifyManager, QueryClient, useMutation, useQuery } from '@tanstack/react-query'
import { useCallback, useState } from 'react'
import { type CartChange, confirmed, guess, NOTHING, type ShownCart, unitsOf, withoutPrices } from '#/domain/cart-changes.ts'
import type { CartAnswer } from '#/domain/cart-view.ts'
import { unitsInCookie } from '../cart-units.client.ts'
import { inTurn } from './ask-server.client.ts'
import { changedWords, missedWords, PRICES_AWAY, refusedWords, unknownWords } from './drawer-words.ts'

/**
 * That a browser calls itself offline says little; asking tells. Changes are known by what they are, not by what they say: two that say the
 * same must stay two, so nothing is replaced by what equals it.
 */
export const client = new QueryClient({
  defaultOptions: { queries: { networkMode: 'always', structuralSharing: false }, mutations: { networkMode: 'always' } },
})

/** Something that the shopper should know before going on, and what can be done about it. */
export type Trouble = { readonly words: string; readonly change: CartChange | null }

/** Over as soon as the cart can be looked at. */
const WITHOUT_PRICES: Trouble = { words: PRICES_AWAY, change: null }

/** What the server told last; nothing before it told anything. */
const TOLD = ['cart', 'told']
/** What was asked of it since. Apart from that: a look that comes back must not bring back what was answered meanwhile. */
const ASKED = ['cart', 'asked']
/** An answer is good for that long, so that one that came with a change is not asked for again. */
const FRESH_MS = 2000

/** Those whose answer was lost after it had brought the new cart. The cart is a cookie: without it nothing was changed. */
const made = new WeakSet<CartChange>()

/**
 * The cart with what was asked of it, as if the server had agreed already. Changes go one after the other. One that is refused is left out
 * again, and `trouble` says why. After one without an answer the cart is looked at: who tries again should see it as it is.
 */
export function useCart(isOpen: boolean) {
  const [trouble, setTrouble] = useState<Trouble | null>(null)
  const [status, setStatus] = useState('')
  const { data: asked = NOTHING_ASKED } = useQuery<readonly CartChange[]>({ queryKey: ASKED, queryFn: readAsked, enabled: false })
  const { data: told = null, isError } = useQuery({
    queryKey: TOLD,
    queryFn: async () => {
      const cart = await look()
      setTrouble((now) => (now === WITHOUT_PRICES ? null : now))
      return cart
    },
    enabled: isOpen && asked.length === 0,
    staleTime: FRESH_MS,
    retry: 1,
  })
  const { mutate } = useMutation({
    mutationFn: carryOut,
    onMutate: (change) => {
      setTrouble(null)
      setStatus('')
      void client.cancelQueries({ queryKey: TOLD })
      writeAsked((before) => [...before, change])
    },
    onSuccess: ({ answer, isSuperseded }, change) => {
      settle(change, toldBy(answer, readTold(), change))
      if (isSuperseded || !answer) return
      if (!answer.ok) setTrouble({ words: refusedWords(change, answer.code), change: null })
      else if (answer.cart) setStatus(changedWords(change, unitsInCookie()))
      else setTrouble(WITHOUT_PRICES)
    },
    onError: async (_error, change) => {
      setTrouble({ words: unknownWords(change), change: null })
      const seen = await askForTheCart().catch(() => null)
      const wasMade = made.delete(change)
      settle(change, seen ?? (wasMade ? withChange(readTold(), change) : readTold()))
      if (wasMade && seen) {
        setTrouble(null)
        setStatus(changedWords(change, unitsInCookie()))
      } else if (wasMade) setTrouble(WITHOUT_PRICES)
      else setTrouble({ words: seen ? missedWords(change) : unknownWords(change), change })
    },
  })
  const cart = told || asked.length > 0 ? guess(told ?? NOTHING, asked) : null
  return {
    cart,
    units: unitsInCookie() + (cart ? unitsOf(cart) - unitsOf(told ?? NOTHING) : 0),
    isSettled: asked.length === 0,
    /** There is more in the cart than what is shown, and it is on its way. */
    isPartial: !told && unitsInCookie() > 0 && !isError,
    /** A look has failed: nothing can be shown, or only what was told before. */
    isAway: isError,
    status,
    trouble,
    change: mutate,
    refresh: useCallback(() => void client.invalidateQueries({ queryKey: TOLD }), []),
  }
}

const NOTHING_ASKED: readonly CartChange[] = []

function readTold(): ShownCart | null {
  return client.getQueryData<ShownCart>(TOLD) ?? null
}

function readAsked(): readonly CartChange[] {
  return client.getQueryData<readonly CartChange[]>(ASKED) ?? NOTHING_ASKED
}

function writeAsked(write: (asked: readonly CartChange[]) => readonly CartChange[]): void {
  client.setQueryData(ASKED, write(readAsked()))
}

/** In one step, or there would be a moment with the change in it twice. */
function settle(change: CartChange, told: ShownCart | null): void {
  notifyManager.batch(() => {
    if (told) client.setQueryData(TOLD, told)
    writeAsked((asked) => asked.filter((other) => other !== change))
  })
}

/** Who has no cart need not ask. */
async function look(): Promise<ShownCart> {
  return unitsInCookie() === 0 ? NOTHING : askForTheCart()
}

async function askForTheCart(): Promise<ShownCart> {
  const { cart } = await inTurn((desk) => desk.show())
  if (!cart) throw new Error('the cart cannot be shown')
  return confirmed(cart)
}

type Outcome = { readonly answer: CartAnswer | null; readonly isSuperseded: boolean }

/** Makes a change, unless the shopper has set the same line anew meanwhile. What came of it is judged before anybody else has their turn. */
function carryOut(change: CartChange): Promise<Outcome> {
  return inTurn(async (desk) => {
    const last = readAsked().findLast((other) => other.sku === change.sku)
    if (change.kind === 'set' && last?.kind === 'set' && last !== change) return { answer: null, isSuperseded: true }
    const before = unitsInCookie()
    try {
      return { answer: await desk.make(change), isSuperseded: false }
    } catch (error) {
      if (unitsInCookie() !== before) made.add(change)
      throw error
    }
  })
}

function toldBy(answer: Outcome['answer'], told: ShownCart | null, change: CartChange): ShownCart | null {
  if (!answer) return told
  if (answer.cart) return confirmed(answer.cart)
  return answer.ok ? withChange(told, change) : told
}

/** With a change that was made, and of which no more is known; null where there is more in the cart than anybody has told. */
function withChange(told: ShownCart | null, change: CartChange): ShownCart | null {
  return told || unitsInCookie() === change.quantity ? withoutPrices(told ?? NOTHING, change) : null
}
