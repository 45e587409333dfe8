'use client'

import { useEffect, useState } from 'react'

const SECOND_MS = 1000

/**
 * For how long a sale is on. What stands in the page is the hour at which it ends, which stays true; once there is a clock to look at, the
 * time that is left takes its place, in a line of the same height.
 */
export function SaleClock({ endsAtMs, until }: { endsAtMs: number; until: string }) {
  const [leftMs, setLeftMs] = useState<number | null>(null)
  useEffect(() => {
    const tick = () => setLeftMs(Math.max(0, endsAtMs - Date.now()))
    tick()
    const timer = setInterval(tick, SECOND_MS)
    return () => clearInterval(timer)
  }, [endsAtMs])
  return (
    <p className="money" role="timer" data-sale-clock>
      {leftMs === null ? until : leftMs === 0 ? 'This sale has ended.' : `${words(leftMs)} left`}
    </p>
  )
}

/** `2 days 04:12:33`; without the days on the last one. */
function words(leftMs: number): string {
  const seconds = Math.floor(leftMs / SECOND_MS)
  const days = Math.floor(seconds / 86_400)
  const [h, m, s] = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60].map((n) => String(n).padStart(2, '0'))
  return `${days > 0 ? `${days} ${days === 1 ? 'day' : 'days'} ` : ''}${h}:${m}:${s}`
}
