import { createHash, timingSafeEqual } from 'node:crypto'
import { connection } from 'next/server'
import { counts } from '#/server/cache/counts.ts'
import { env } from '#/server/env.ts'
import { dataCache } from '#/server/web/data-cache.ts'
import { keptPages } from '#/server/web/kept-pages.ts'
import { processPages } from '#/server/web/process-pages.ts'
import { tagClock } from '#/server/web/tag-clock.ts'

/** What this web process keeps, how often that was of use, and up to where it knows what was told. For our own processes. */
export async function GET(request: Request): Promise<Response> {
  await connection()
  if (!isOurs(request.headers.get('authorization'))) return Response.json({ error: 'Not yours to ask.' }, { status: 401 })
  const clock = tagClock()
  const { size, bytes } = keptPages()
  const data = dataCache()
  const feed = { ...clock.now, lease: clock.hasLease(performance.now()) }
  const waiting = processPages()?.refresher.waiting ?? 0
  const kept = { pages: { entries: size, bytes, waiting }, data: { entries: data.entries, bytes: data.bytes } }
  return Response.json({ counts: counts(), ...kept, feed }, { headers: { 'cache-control': 'no-store' } })
}

/** Compared by hash, so that neither length nor content shows in the time it takes. */
function isOurs(authorization: string | null): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(authorization ?? ''), hash(`Bearer ${env().INTERNAL_TOKEN}`))
}
