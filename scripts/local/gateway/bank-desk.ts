import { answerBank, lookAtBank } from './bank.ts'
import { BUSY, bankPage, type Page } from './bank-page.ts'
import type { Books } from './books.ts'
import { parseFormBody } from './form-body.ts'
import { GatewayError } from './gateway-error.ts'
import type { UnderWay } from './under-way.ts'

type Visit = { readonly method: string; readonly url: URL; readonly body: string }

/** A customer at their bank: looks at what is asked for, or answers it, and is sent back to the shop. */
export async function answerAtBank(
  { books, underWay, now }: { books: Books; underWay: UnderWay; now: () => number },
  { method, url, body }: Visit,
): Promise<Page | { backUrl: string }> {
  const intentId = url.pathname.split('/').at(-1) ?? ''
  const look = () => lookAtBank(books, intentId, url.search)
  if (method !== 'POST') return bankPage(look())
  const { answer } = parseFormBody(body)
  if (answer !== 'confirm' && answer !== 'refuse') return bankPage(look())
  try {
    return await underWay.holdingObjects([intentId], async () => {
      const at = look()
      if (at.kind !== 'asked') return bankPage(at)
      await books.write(answerBank(at, answer === 'confirm', now()))
      const after = look()
      return after.kind === 'over' ? { backUrl: after.backUrl } : bankPage(after)
    })
  } catch (error) {
    if (error instanceof GatewayError && error.status === 409) return BUSY
    throw error
  }
}
