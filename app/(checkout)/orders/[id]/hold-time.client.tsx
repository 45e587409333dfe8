'use client'

import { useEffect, useState } from 'react'

/** Until when items are kept, to the minute: in UTC as the server knows it, and in the shopper's own time once their browser can say so. */
export function HoldTime({ untilMs }: { untilMs: number }) {
  const until = new Date(untilMs)
  const [local, setLocal] = useState<string | null>(null)
  useEffect(() => setLocal(new Date(untilMs).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })), [untilMs])
  return <time dateTime={until.toISOString()}>{local ?? `${until.toISOString().slice(11, 16)} UTC`}</time>
}
