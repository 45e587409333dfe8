'use client'

import { useEffect, useRef, useState } from 'react'
import { useFormStatus } from 'react-dom'
import controls from '#/components/controls.module.css'
import { loadStripe, type Stripe, type StripeElements, type StripeProblem } from './load-stripe.ts'

type Props = {
  readonly publishableKey: string
  readonly scriptUrl: string
  /** What is to be paid, in cents. */
  readonly amountMinor: number
}

const NOT_LOADED = 'The card form could not be loaded. Please check your connection and reload this page. Nothing was ordered.'
const NOT_REACHED = 'We could not reach the payment service. You were not charged: please try again.'

/**
 * Stripe's card form inside a form of ours. What is typed into it goes to Stripe; our form is sent with a token in its place, and only once
 * there is one.
 */
export function PayElement({ publishableKey, scriptUrl, amountMinor }: Props) {
  const place = useRef<HTMLDivElement>(null)
  const token = useRef<HTMLInputElement>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const [asking, setAsking] = useState(false)
  const [ready, setReady] = useState(false)
  const amount = useRef(amountMinor)
  const elements = useRef<StripeElements | null>(null)

  // A token is for one sending: whatever came of it, the next asks for its own.
  const { pending } = useFormStatus()
  useEffect(() => {
    if (!pending && token.current) token.current.value = ''
  }, [pending])

  useEffect(() => {
    amount.current = amountMinor
    elements.current?.update({ amount: amountMinor })
  }, [amountMinor])

  useEffect(() => {
    const form = token.current?.form
    if (!form || !place.current) return
    const target = place.current
    let stripe: Stripe | null = null
    let end = () => {}
    let busy = false
    let gone = false

    loadStripe(scriptUrl).then(
      (newStripe) => {
        if (gone) return
        stripe = newStripe(publishableKey)
        elements.current = stripe.elements({
          mode: 'payment',
          amount: amount.current,
          currency: 'eur',
          paymentMethodTypes: ['card'],
        })
        const element = elements.current.create('payment')
        element.on('ready', () => setReady(true))
        element.on('loaderror', () => setProblem(NOT_LOADED))
        element.mount(target)
        end = () => element.destroy()
      },
      () => setProblem(NOT_LOADED),
    )

    const onSubmit = (event: SubmitEvent) => {
      if (token.current?.value !== '') return
      event.preventDefault()
      event.stopImmediatePropagation()
      if (busy) return
      busy = true
      setAsking(true)
      setProblem(null)
      void askForToken(stripe, elements.current).then((outcome) => {
        busy = false
        setAsking(false)
        if (gone || !token.current) return
        if (typeof outcome === 'string') return setProblem(outcome)
        token.current.value = outcome.id
        form.requestSubmit(event.submitter)
      })
    }
    form.addEventListener('submit', onSubmit, true)
    return () => {
      gone = true
      form.removeEventListener('submit', onSubmit, true)
      end()
    }
  }, [publishableKey, scriptUrl])

  return (
    <div className={controls.field} id="paymentMethod" tabIndex={-1}>
      <input type="hidden" name="paymentMethod" ref={token} />
      <noscript>Paying needs JavaScript: the card form comes from Stripe, so that your card’s number never reaches us.</noscript>
      <div ref={place} />
      <p role="status" className="quiet">
        {asking ? 'Checking your card…' : ready || problem ? '' : 'Loading the card form…'}
      </p>
      {problem && (
        <p role="alert" className={controls.error}>
          {problem}
        </p>
      )}
    </div>
  )
}

/** A token for what was typed, or what to tell the shopper. */
async function askForToken(stripe: Stripe | null, elements: StripeElements | null): Promise<{ id: string } | string> {
  if (!stripe || !elements) return NOT_LOADED
  try {
    const { error: incomplete } = await elements.submit()
    if (incomplete) return wordsFor(incomplete)
    const { confirmationToken, error } = await stripe.createConfirmationToken({ elements })
    return confirmationToken ?? wordsFor(error)
  } catch {
    return NOT_REACHED
  }
}

/** Stripe's words where they are about the card; ours where something else went wrong. */
function wordsFor(problem: StripeProblem | undefined): string {
  const isAboutCard = problem?.type === 'validation_error' || problem?.type === 'card_error'
  return isAboutCard && problem.message ? problem.message : NOT_REACHED
}
