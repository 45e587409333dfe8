import { createHash } from 'node:crypto'
import type { Books, SavedAnswer } from './books.ts'
import { parseFormBody } from './form-body.ts'
import { GatewayError, invalidRequest } from './gateway-error.ts'
import type { Operation } from './operations.ts'
import type { Outcome } from './payment-intents.ts'

export type Answer = { readonly status: number; readonly body: unknown; readonly replayed?: boolean }

export type Request = { readonly method: string; readonly path: string; readonly body: string; readonly idempotencyKey: string | undefined }

/** What one gateway process has under way. */
export class UnderWay {
  readonly keys = new Set<string>()
  readonly intents = new Set<string>()
}

/**
 * Runs an operation under Stripe's rules of idempotency: the answer of an endpoint that began is kept with its key and replayed, with
 * other parameters the key is refused, and so is one that is still at work. `work` stands for the time the endpoint takes.
 */
export async function answerRequest(
  books: Books,
  underWay: UnderWay,
  now: () => number,
  operation: Operation,
  { method, path, body, idempotencyKey: key }: Request,
  work: () => Promise<void>,
): Promise<Answer> {
  if (key === undefined || method !== 'POST') return toAnswer(await run())
  if (key.length > 255) throw invalidRequest('Idempotency keys may be 255 characters long.')
  const request = createHash('sha256').update(`${method} ${path}\n${body}`).digest('hex')
  const saved = books.answer(key)
  if (saved) return replay(saved, request)
  if (underWay.keys.has(key)) {
    throw new GatewayError(409, {
      type: 'idempotency_error',
      code: 'idempotency_key_in_use',
      message: 'There is currently another in-progress request using this Idempotency Key.',
    })
  }
  underWay.keys.add(key)
  try {
    return toAnswer(await run({ key, request }))
  } finally {
    underWay.keys.delete(key)
  }

  async function run(saving?: { key: string; request: string }): Promise<{ answer: unknown }> {
    const { intentId } = operation
    if (intentId !== null && underWay.intents.has(intentId)) {
      throw new GatewayError(409, {
        type: 'invalid_request_error',
        code: 'lock_timeout',
        message: 'This object cannot be accessed right now because another API request is accessing it.',
      })
    }
    if (intentId !== null) underWay.intents.add(intentId)
    try {
      const outcome = await begin(work)
      const { answer, ...changes } = outcome
      const executed = !(answer instanceof GatewayError) || answer.executed
      const kept = toAnswer(outcome)
      const savedAnswer: SavedAnswer | undefined =
        saving && executed ? { ...saving, status: kept.status, body: kept.body, at: now() } : undefined
      if (savedAnswer || Object.keys(changes).length > 0) await books.write({ ...changes, ...(savedAnswer ? { answer: savedAnswer } : {}) })
      return outcome
    } finally {
      if (intentId !== null) underWay.intents.delete(intentId)
    }
  }

  /** Errors of the endpoint itself are outcomes too: their answer may have to be kept. */
  async function begin(working: () => Promise<void>): Promise<Outcome | { answer: unknown }> {
    try {
      await working()
      return operation.run(method === 'GET' ? {} : parseFormBody(body))
    } catch (error) {
      if (error instanceof GatewayError) return { answer: error }
      throw error
    }
  }
}

function replay(saved: SavedAnswer, request: string): Answer {
  if (saved.request !== request) {
    throw new GatewayError(400, {
      type: 'idempotency_error',
      message: 'Keys for idempotent requests can only be used with the same parameters they were first used with.',
    })
  }
  return { status: saved.status, body: saved.body, replayed: true }
}

export function toAnswer({ answer }: { answer: unknown }): Answer {
  return answer instanceof GatewayError ? { status: answer.status, body: { error: answer.body } } : { status: 200, body: answer }
}
