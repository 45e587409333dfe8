import { type IncomingMessage, type RequestListener, ServerResponse } from 'node:http'
import { log } from '../telemetry/log.ts'
import { brokenHtml, PROBLEM_HEADERS } from './problem-page.ts'

type Answer = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>

/**
 * Answers what `answer` broke at, at once or later: with a page that people can read, or, where something was sent already, by ending the
 * connection. Nobody is left waiting for an answer that does not come. `headers` go with every answer.
 */
export function ensureAnswer(answer: Answer, headers: Readonly<Record<string, string>>): RequestListener {
  return async (request, response) => {
    try {
      await answer(request, response)
    } catch (error) {
      log.error({ err: error }, 'a request could not be handled')
      if (response.headersSent) response.destroy()
      else sendProblem(response, headers)
    }
  }
}

/** Past whatever was put in the way of what Next sends, which may be what broke. */
function sendProblem(response: ServerResponse, headers: Readonly<Record<string, string>>): void {
  const { writeHead, end } = ServerResponse.prototype
  for (const name of response.getHeaderNames()) response.removeHeader(name)
  writeHead.call(response, 500, { ...headers, ...PROBLEM_HEADERS })
  end.call(response, brokenHtml(), 'utf8')
}
