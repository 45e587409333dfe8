import { env } from '../env.ts'

const TIMEOUT_MS = 5000

/** Tells the web process that what carries these tags is stale. Throws when it does not take it, so that the caller tries again. */
export async function revalidateTags(changed: readonly string[]): Promise<void> {
  const { WEB_URL, INTERNAL_TOKEN } = env()
  const response = await fetch(new URL('/api/revalidate', WEB_URL), {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${INTERNAL_TOKEN}` },
    body: JSON.stringify({ tags: [...new Set(changed)] }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  await response.arrayBuffer()
  if (!response.ok) throw new Error(`revalidation answered ${response.status}`)
}
