import { createHash, timingSafeEqual } from 'node:crypto'
import { connection } from 'next/server'
import { counts } from '#/server/cache/counts.ts'
import { env } from '#/server/env.ts'
import { keptPages } from '#/server/web/kept-pages.ts'
import { tagClock } from '#/server/web/tag-clock.ts'

/** What this web process keeps, how often that was of use, and up to where it knows what was told. For our own processes. */
export async function GET(request: Request): Promise<Response> {
  await connection()
  if (!isOurs(request.headers.get('authorization'))) return Response.json({ error: 'Not yours to ask.' }, { status: 401 })
  const clock = tagClock()
  const { size, bytes } = keptPages()
  const feed = { ...clock.now, lease: clock.hasLease(performance.now()) }
  return Response.json({ counts: counts(), pages: { entries: size, bytes }, feed }, { headers: { 'cache-control': 'no-store' } })
}

/** Compared by hash, so that neither length nor content shows in the time it takes. */
function isOurs(authorization: string | null): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(authorization ?? ''), hash(`Bearer ${env().INTERNAL_TOKEN}`))
}
