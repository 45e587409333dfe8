import { QueryClient, useMutation, useQuery } from '@tanstack/react-query'
import { useCallback, useState } from 'react'
import { type CartChange, confirmed, guess, NOTHING, type ShownCart, unitsOf, withoutPrices } from '#/domain/cart-changes.ts'
import type { CartAnswer } from '#/domain/cart-view.ts'
import { inTurn, unitsInCookie } from './ask-server.client.ts'
import { changedWords, missedWords, PRICES_AWAY, refusedWords, unknownWords } from './drawer-words.ts'

/** That a browser calls itself offline says little; asking tells. */
export const client = new QueryClient({ defaultOptions: { queries: { networkMode: 'always' }, mutations: { networkMode: 'always' } } })

/** What the server told last, null before it told anything, and what was asked of it since. */
type Books = { readonly told: ShownCart | null; readonly asked: readonly CartChange[] }

/** Something that the shopper should know before going on, and what can be done about it. */
export type Trouble = { readonly words: string; readonly change: CartChange | null }

const KEY = ['cart']
/** An answer is good for that long, so that one that came with a change is not asked for again. */
const FRESH_MS = 2000

/** Units that the cart held before each change was sent, so that it can be told whether an unanswered one was made. */
const unitsBefore = new WeakMap<CartChange, number>()

/**
 * The cart with what was asked of it, as if the server had agreed already. Changes go one after the other. One that is refused is left out
 * again, and `trouble` says why. After one without an answer the cart is looked at: it tells whether the change was made.
 */
export function useCart(isOpen: boolean) {
  const [trouble, setTrouble] = useState<Trouble | null>(null)
  const [status, setStatus] = useState('')
  const { data: books = NO_BOOKS, isError } = useQuery({
    queryKey: KEY,
    queryFn: async (): Promise<Books> => ({ told: await look(), asked: readBooks().asked }),
    enabled: isOpen && readBooks().asked.length === 0,
    staleTime: FRESH_MS,
    retry: 1,
  })
  const { mutate } = useMutation({
    mutationFn: carryOut,
    onMutate: (change) => {
      setTrouble(null)
      setStatus('')
      writeBooks(({ told, asked }) => ({ told, asked: [...asked, change] }))
    },
    onSuccess: ({ answer, isSuperseded }, change) => {
      // In one step, or there would be a moment with the change in it twice.
      writeBooks(({ told, asked }) => ({ told: toldBy(answer, told, change), asked: asked.filter((other) => other !== change) }))
      if (isSuperseded || !answer) return
      if (!answer.ok) setTrouble({ words: refusedWords(change, answer.code), change: null })
      else if (answer.cart) setStatus(changedWords(change, unitsInCookie()))
      else setTrouble({ words: PRICES_AWAY, change: null })
    },
    onError: async (_error, change) => {
      setTrouble({ words: unknownWords(change), change: null })
      const told = await askForTheCart().catch(() => null)
      const before = unitsBefore.get(change)
      const wasMade = before !== undefined && unitsInCookie() !== before
      writeBooks((now) => ({ told: told ?? now.told, asked: now.asked.filter((other) => other !== change) }))
      if (!told) return setTrouble({ words: unknownWords(change), change })
      unitsBefore.delete(change)
      setTrouble(wasMade ? null : { words: missedWords(change), change })
      if (wasMade) setStatus(changedWords(change, unitsInCookie()))
    },
  })
  const { told, asked } = books
  const cart = told || asked.length > 0 ? guess(told ?? NOTHING, asked) : null
  return {
    cart,
    units: unitsInCookie() + (cart ? unitsOf(cart) - unitsOf(told ?? NOTHING) : 0),
    isSettled: asked.length === 0,
    /** There is more in the cart than what is shown, and it is on its way. */
    isPartial: !told && unitsInCookie() > 0 && !isError,
    isAway: isError && !told,
    status,
    trouble,
    change: mutate,
    refresh: useCallback(() => void client.invalidateQueries({ queryKey: KEY }), []),
  }
}

const NO_BOOKS: Books = { told: null, asked: [] }

function readBooks(): Books {
  return client.getQueryData<Books>(KEY) ?? NO_BOOKS
}

function writeBooks(write: (books: Books) => Books): void {
  client.setQueryData<Books>(KEY, write(readBooks()))
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

/** Makes a change, unless it was sent before and turns out to have been made, or the shopper has set the same line anew meanwhile. */
function carryOut(change: CartChange): Promise<Outcome> {
  return inTurn(async (desk) => {
    const before = unitsBefore.get(change)
    if (before !== undefined) {
      const answer = await desk.show()
      if (unitsInCookie() !== before) return { answer, isSuperseded: false }
    }
    const last = readBooks().asked.findLast((other) => other.sku === change.sku)
    if (change.kind === 'set' && last?.kind === 'set' && last !== change) return { answer: null, isSuperseded: true }
    unitsBefore.set(change, before ?? unitsInCookie())
    return { answer: await desk.make(change), isSuperseded: false }
  })
}

function toldBy(answer: Outcome['answer'], told: ShownCart | null, change: CartChange): ShownCart | null {
  if (!answer) return told
  if (answer.cart) return confirmed(answer.cart)
  return answer.ok ? withoutPrices(told ?? NOTHING, change) : told
}
