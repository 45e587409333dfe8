import http from 'node:http'
import { z } from 'zod'
import type { Mailbox } from './mailbox.ts'
import { listPage, MESSAGE_POLICY, messagePage, notFoundPage, PAGE_POLICY } from './pages.ts'
import type { MailFault } from './smtp.ts'

const faultSchema = z.strictObject({ refuse: z.enum(['temporarily', 'permanently']), times: z.int().positive().max(1000).default(1) })

type Reply = { status: number; type: string; body: string | Buffer; policy?: string }

/** The mailbox for people (/) and for tests (/api/messages). */
export function mailboxServer(mailbox: Mailbox, setFault: (fault: MailFault | null) => void): http.Server {
  return http.createServer(async (request, response) => {
    const { status, type, body, policy } = await answer(request).catch((error: unknown) => {
      console.error(error)
      return json(500, { error: 'The mailbox has a bug, or its folder cannot be read.' })
    })
    response.writeHead(status, {
      'content-type': type,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'content-security-policy': policy ?? PAGE_POLICY,
    })
    response.end(body)
  })

  async function answer(request: http.IncomingMessage): Promise<Reply> {
    const address = `http://mailbox${request.url ?? '/'}`
    if (!URL.canParse(address)) return json(400, { error: 'That is no address.' })
    const { pathname } = new URL(address)
    const [, area, first = '', second = ''] = pathname.split('/')
    switch (`${request.method} ${area}`) {
      case 'GET ':
        return html(200, listPage(await mailbox.list()))
      case 'GET messages':
        return showMessage(first, second)
      case 'GET api': {
        if (second === '') return json(200, await mailbox.list())
        const message = await mailbox.read(second)
        return json(message ? 200 : 404, message)
      }
      case 'DELETE api':
        await mailbox.empty()
        return json(200, { ok: true })
      case 'POST _local': {
        const fault = faultSchema.safeParse(await readJson(request))
        if (!fault.success) return json(400, { error: 'Send {"refuse": "temporarily", "times": 1}.' })
        setFault(fault.data)
        return json(200, { ok: true })
      }
      case 'DELETE _local':
        setFault(null)
        return json(200, { ok: true })
      default:
        return html(404, notFoundPage())
    }
  }

  async function showMessage(id: string, part: string): Promise<Reply> {
    const message = await mailbox.read(id)
    if (!message) return html(404, notFoundPage())
    if (part === 'html') return { ...html(200, message.html), policy: MESSAGE_POLICY }
    if (part === 'source') return { status: 200, type: 'text/plain; charset=utf-8', body: (await mailbox.source(id)) ?? '' }
    return html(200, messagePage(message))
  }
}

function html(status: number, body: string): Reply {
  return { status, type: 'text/html; charset=utf-8', body }
}

function json(status: number, body: unknown): Reply {
  return { status, type: 'application/json', body: JSON.stringify(body) }
}

/** A small JSON body; null for anything else. */
async function readJson(request: http.IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const chunk of request) {
    text += chunk
    if (text.length > 10_000) return null
  }
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
