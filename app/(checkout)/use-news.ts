import { useEffect, useRef, useState } from 'react'

/** For a live region: nothing at first, then each text that takes the place of another one. What a page opens with is read with the page. */
export function useNews(text: string): string {
  const last = useRef(text)
  const [said, setSaid] = useState('')
  useEffect(() => {
    if (text === last.current) return
    last.current = text
    setSaid(text)
  }, [text])
  return said
}
