'use client'

import { type ChangeEvent, createContext, type ReactNode, useContext, useEffect, useRef, useState } from 'react'
import { type Country, isCountry } from '#/domain/countries.ts'
import type { DeliveryMethod, Totals } from '#/domain/pricing.ts'
import { taxed } from '#/domain/tax.ts'

/** What is the same wherever the order goes: what its goods come to after a discount, and each way of delivery. Minor units. */
export type BareCosts = { readonly goodsMinor: number; readonly deliveryMinor: Readonly<Record<DeliveryMethod, number>> }

type Destination = { readonly country: Country; readonly method: DeliveryMethod }
type Chosen = Destination & {
  /** Whether the sums follow what is chosen: not before, and not without, JavaScript. */
  readonly follows: boolean
  readonly costsOf: (method: DeliveryMethod) => Pick<Totals, 'deliveryMinor' | 'taxMinor' | 'taxMode' | 'totalMinor'>
}

const Context = createContext<Chosen | null>(null)

/** What the order comes to where it is to go, as it is chosen in the form inside. */
export function useChosen(): Chosen {
  const chosen = useContext(Context)
  if (!chosen) throw new Error('nothing is chosen outside the checkout')
  return chosen
}

/** Around the checkout: sums in it follow country and way of delivery. `shown` is what the server reckoned with. */
export function ChosenDestination({
  costs,
  shown,
  className,
  children,
}: {
  costs: BareCosts
  shown: Destination
  className: string | undefined
  children: ReactNode
}) {
  const place = useRef<HTMLDivElement>(null)
  const [destination, setDestination] = useState(shown)
  const [follows, setFollows] = useState(false)

  // What is in the form, whoever put it there: the server, the shopper before this ran, or a browser that remembers.
  const { country, method } = shown
  useEffect(() => {
    const read = () => setDestination(readForm(place.current?.querySelector('form') ?? null, { country, method }))
    const readLater = () => setTimeout(read) // a form tells of its reset before it does it
    read()
    setFollows(true)
    const target = place.current
    target?.addEventListener('reset', readLater)
    return () => target?.removeEventListener('reset', readLater)
  }, [country, method])

  const onChange = (event: ChangeEvent<HTMLDivElement>) => {
    const { form } = event.target as unknown as HTMLInputElement
    setDestination((before) => readForm(form, before))
  }
  const costsOf = (of: DeliveryMethod) => {
    const deliveryMinor = costs.deliveryMinor[of]
    return { deliveryMinor, ...taxed(costs.goodsMinor + deliveryMinor, destination.country) }
  }
  return (
    <Context value={{ ...destination, follows, costsOf }}>
      <div ref={place} className={className} onChange={onChange}>
        {children}
      </div>
    </Context>
  )
}

function readForm(form: HTMLFormElement | null, otherwise: Destination): Destination {
  if (!form) return otherwise
  const data = new FormData(form)
  const country = data.get('country')
  const method = data.get('deliveryMethod')
  return {
    country: isCountry(country) ? country : otherwise.country,
    method: method === 'standard' || method === 'express' ? method : otherwise.method,
  }
}
