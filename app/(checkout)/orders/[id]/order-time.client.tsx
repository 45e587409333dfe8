'use client'

import { useEffect, useState } from 'react'

/** `time` is enough where it is about today; `moment` has the day, too. */
type Form = 'time' | 'day' | 'moment'

const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']

const LOCAL = {
  time: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  day: { day: 'numeric', month: 'long' },
  moment: { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
} as const satisfies Record<Form, Intl.DateTimeFormatOptions>

/** A point in time: in UTC as the server knows it, and in the shopper's own time once their browser can say so. */
export function OrderTime({ atMs, form }: { atMs: number; form: Form }) {
  const [local, setLocal] = useState<string | null>(null)
  useEffect(() => setLocal(new Date(atMs).toLocaleString('en-IE', LOCAL[form])), [atMs, form])
  return <time dateTime={new Date(atMs).toISOString()}>{local ?? inUtc(new Date(atMs), form)}</time>
}

/** By hand: what the server wrote and what a browser makes of it must agree to the letter. */
function inUtc(at: Date, form: Form): string {
  const time = `${at.toISOString().slice(11, 16)} UTC`
  const month = MONTHS[at.getUTCMonth()] ?? ''
  switch (form) {
    case 'time':
      return time
    case 'day':
      return `${at.getUTCDate()} ${month}`
    case 'moment':
      return `${at.getUTCDate()} ${month.slice(0, 3)}, ${time}`
  }
}
