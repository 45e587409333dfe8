import type { prewarmEnv } from '../env.ts'
import type { Place } from './place.ts'

type Shop = Pick<ReturnType<typeof prewarmEnv>, 'INTERNAL_TOKEN' | 'PUBLIC_URL' | 'WEB_URL' | 'PREWARM_URLS' | 'EDGE_URL'>

/** Where the environment says that the shop is: each web process, and then the edge. */
export function ownPlaces({ INTERNAL_TOKEN, PUBLIC_URL, WEB_URL, PREWARM_URLS, EDGE_URL }: Shop): Place[] {
  const place = (url: string, mustBeEdge: boolean): Place => {
    const { origin } = new URL(url)
    return { origin, publicOrigin: new URL(PUBLIC_URL ?? url).origin, mustBeEdge, token: mustBeEdge ? null : (INTERNAL_TOKEN ?? null) }
  }
  const webs = PREWARM_URLS ?? (WEB_URL ? [WEB_URL] : [])
  return [...webs.map((url) => place(url, false)), ...(EDGE_URL ? [place(EDGE_URL, true)] : [])]
}
