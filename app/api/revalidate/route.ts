import { createHash, timingSafeEqual } from 'node:crypto'
import { revalidateTag } from 'next/cache'
import { z } from 'zod'
import { TAG_PATTERN } from '#/server/cache/manifest.ts'
import { env } from '#/server/env.ts'

const body = z.object({ tags: z.array(z.string().regex(TAG_PATTERN)).min(1).max(1000) })

/** Our own workers say which tags have changed: pages that carry them are served once more and rendered anew behind that. */
export async function POST(request: Request): Promise<Response> {
  if (!isOurs(request.headers.get('authorization'))) return Response.json({ error: 'Not yours to ask.' }, { status: 401 })
  const parsed = body.safeParse(await request.json().catch(() => null))
  if (!parsed.success) return Response.json({ error: 'Send {"tags": ["product:CODE"]}.' }, { status: 400 })
  for (const tag of parsed.data.tags) revalidateTag(tag, 'max')
  return Response.json({ revalidated: parsed.data.tags.length })
}

/** Compared by hash, so that neither length nor content shows in the time it takes. */
function isOurs(authorization: string | null): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(authorization ?? ''), hash(`Bearer ${env().INTERNAL_TOKEN}`))
}
