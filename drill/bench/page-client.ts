import autocannon from 'autocannon'
import { serve } from './child.ts'

export type Load = {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly connections: number
  readonly seconds: number
}

/** Asks for one page over and over, on connections that stay open. Throws when anything but that page is answered. */
export const handlers = {
  async load({ url, headers, connections, seconds }: Load): Promise<number> {
    const result = await autocannon({ url, headers: { ...headers }, connections, duration: seconds })
    const { errors, timeouts, non2xx } = result
    if (errors + timeouts + non2xx > 0)
      throw new Error(`${url}: ${errors} errors, ${timeouts} timeouts, ${non2xx} answers that were no page`)
    return result.requests.total / result.duration
  },
}

serve(handlers)
