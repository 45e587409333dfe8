import type { CachedObject } from './cached-objects.ts'
import { isOld, type Purge } from './purge.ts'

/** Where an nginx takes orders, and the word that it takes them by. */
export type Control = { readonly url: string; readonly token: string }

const AT_ONCE = 8
const PATIENCE_MS = 5000

/** Has nginx forget what a purge is about, of all that it keeps. Returns how much it was. Safe to repeat; throws while nginx is away. */
export async function purgeKeys(control: Control, objects: readonly CachedObject[], purge: Purge): Promise<number> {
  const keys = objects.filter((object) => isOld(object, purge)).map(({ key }) => key)
  const left = keys.values()
  const workOff = async () => {
    for (const key of left) await purgeKey(control, key)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, workOff))
  return keys.length
}

async function purgeKey({ url, token }: Control, key: string): Promise<void> {
  const headers = { 'x-edge-token': token, 'x-purge-key': key }
  const { status } = await fetch(`${url}/purge`, { headers, signal: AbortSignal.timeout(PATIENCE_MS) })
  // Another purge was first, or the page was replaced by nothing: it is not there any more.
  if (status !== 200 && status !== 404) throw new Error(`nginx answered a purge with ${status}`)
}
