import autocannon from 'autocannon'
import { serve } from './child.ts'

export type Load = {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly connections: number
  readonly seconds: number
}

/** One question of a reader. */
export type Ask = { readonly path: string; readonly headers: Readonly<Record<string, string>> }

export type Visit = {
  readonly url: string
  readonly perSecond: number
  readonly seconds: number
  /** Of each connection, over and over. */
  readonly sequences: readonly (readonly Ask[])[]
}

export const handlers = {
  /** Asks for one page over and over, on connections that stay open. Throws when anything but that page is answered. */
  async load({ url, headers, connections, seconds }: Load): Promise<number> {
    const result = await autocannon({ url, headers: { ...headers }, connections, duration: seconds })
    return answered(url, result) / result.duration
  },
  /** Asks at a steady rate, each connection in an order of its own. Returns how many were answered; throws when one was not. */
  async visit({ url, perSecond, seconds, sequences }: Visit): Promise<number> {
    let clients = 0
    const result = await autocannon({
      url,
      connections: sequences.length,
      overallRate: perSecond,
      duration: seconds,
      setupClient: (client) => {
        const asks = sequences[clients++ % sequences.length] ?? []
        client.setRequests(asks.map(({ path, headers }) => ({ method: 'GET', path, headers: { ...headers } })))
      },
    })
    return answered(url, result)
  },
}

function answered(url: string, { requests, errors, timeouts, non2xx }: autocannon.Result): number {
  if (errors + timeouts + non2xx > 0) throw new Error(`${url}: ${errors} errors, ${timeouts} timeouts, ${non2xx} answers that were no page`)
  return requests.total
}

serve(handlers)
