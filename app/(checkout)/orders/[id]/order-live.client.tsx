'use client'

import { useRouter } from 'next/navigation'
import { useEffect, useRef, useState } from 'react'
import { useNews } from '../../use-news.ts'
import type { Seen } from './follow-order.ts'
import styles from './order.module.css'

/** Questions in a row without an answer, from which on the shopper is told. */
const TOLD_AFTER = 3

/** Where the code that follows the order does not come, the page is rendered anew so often, whatever became of it. */
const AGAIN_MS = 30_000

const STALE = 'We cannot reach the shop at the moment, so this may be old. We go on trying.'

/**
 * Follows the order, and has the page rendered anew when it has changed, or is held up, or is no more; not where `paceMs` is null, because
 * nothing will change. What is read out is `news`, the newest step of it, once that is another one than before: not the whole page again.
 */
export function OrderLive({ orderId, paceMs, version, heldUp, news }: { orderId: string; paceMs: number | null; news: string } & Seen) {
  const router = useRouter()
  const shown = useRef({ version, heldUp })
  shown.current = { version, heldUp }
  const [stale, setStale] = useState(false)
  useEffect(() => {
    if (paceMs === null) return
    let end = () => {}
    let gone = false
    const lookAgain = async () => {
      const { status } = await fetch(`/api/orders/${orderId}`, { cache: 'no-store' }).catch(() => ({ status: 0 }))
      if (gone) return
      const isAnswered = status === 200 || status === 404 // not there (yet) is an answer, too
      setStale(!isAnswered)
      if (isAnswered) router.refresh() // asked for while nothing answers, the framework would put an error in the place of the page
    }
    void import('./follow-order.ts').then(
      ({ followOrder }) => {
        if (gone) return
        end = followOrder(orderId, paceMs, {
          seen: (seen) => {
            if (seen.version !== shown.current.version || seen.heldUp !== shown.current.heldUp) router.refresh()
          },
          unanswered: (inARow) => setStale(inARow >= TOLD_AFTER),
        })
      },
      () => {
        if (gone) return
        setStale(true)
        const timer = setInterval(lookAgain, AGAIN_MS)
        end = () => clearInterval(timer)
      },
    )
    return () => {
      gone = true
      end()
    }
  }, [orderId, paceMs, router])

  const said = useNews(news)
  return (
    <>
      <p aria-live="polite" className="hidden" data-order-news>
        {said}
      </p>
      <p aria-live="polite" className={styles.stale}>
        {stale ? STALE : ''}
      </p>
    </>
  )
}
