import { useEffect, useState } from 'react'
import { abortAfter } from '../../../../abort-after.ts'
import type { Stock } from './stock-words.ts'

/** Asked anew so often, while somebody looks. */
const AGAIN_MS = 15_000
/** A first failure may be a hiccup, and says nothing yet. */
const RETRY_MS = 1000
/** What takes longer is no answer. */
const PATIENCE_MS = 5000

export type KnownStock = ReadonlyMap<string, Stock>

/**
 * What is known of the stock of these SKUs: null when it cannot be seen, undefined while nobody can tell yet. It is asked for at once, every
 * so often while the page is looked at, and when somebody comes back to it.
 */
export function useStock(skus: readonly string[]): KnownStock | null | undefined {
  const [stock, setStock] = useState<KnownStock | null>()
  const query = skus.map((sku) => `sku=${encodeURIComponent(sku)}`).join('&')
  useEffect(() => {
    let timer = 0
    let failures = 0
    let asking = new AbortController()
    const ask = async () => {
      clearTimeout(timer)
      asking.abort()
      if (document.hidden) return
      asking = new AbortController()
      const { signal } = asking
      const answer = await abortAfter(PATIENCE_MS, signal, (soon) => fetchStock(query, soon))
      if (signal.aborted) return
      failures = answer ? 0 : failures + 1
      if (failures !== 1) setStock(answer)
      timer = window.setTimeout(ask, failures === 1 ? RETRY_MS : AGAIN_MS)
    }
    void ask()
    addEventListener('visibilitychange', ask)
    addEventListener('online', ask)
    return () => {
      clearTimeout(timer)
      asking.abort()
      removeEventListener('visibilitychange', ask)
      removeEventListener('online', ask)
    }
  }, [query])
  return stock
}

/** Null for everything that is no answer of ours; of what is one, whatever tells the stock of a SKU. */
async function fetchStock(query: string, signal: AbortSignal): Promise<KnownStock | null> {
  try {
    const response = await fetch(`/api/stock?${query}`, { signal })
    return response.ok ? new Map(Object.entries((await response.json()) as object).filter(isStock)) : null
  } catch {
    return null
  }
}

function isStock(entry: [string, unknown]): entry is [string, Stock] {
  const { available, held } = (entry[1] ?? {}) as Partial<Stock>
  return [available, held].every((units) => Number.isSafeInteger(units) && Number(units) >= 0)
}
