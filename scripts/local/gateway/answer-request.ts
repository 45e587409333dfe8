import { createHash } from 'node:crypto'
import type { Books, SavedAnswer } from './books.ts'
import { GatewayError, invalidRequest } from './gateway-error.ts'
import type { Operation } from './operations.ts'
import type { Outcome } from './outcome.ts'
import type { UnderWay } from './under-way.ts'

export type Answer = { readonly status: number; readonly body: unknown; readonly replayed?: boolean }

export type Request = { readonly method: string; readonly path: string; readonly body: string; readonly idempotencyKey: string | undefined }

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
  return underWay.holdingKey(key, async () => {
    const saved = books.answer(key)
    return saved ? replay(saved, request) : toAnswer(await run({ key, request }))
  })

  function run(saving?: { key: string; request: string }): Promise<{ answer: unknown }> {
    return underWay.holdingObjects(operation.holds, async () => {
      const outcome = await begin()
      const { answer, ...changes } = outcome
      const executed = !(answer instanceof GatewayError) || answer.executed
      const kept = toAnswer(outcome)
      const savedAnswer: SavedAnswer | undefined =
        saving && executed ? { ...saving, status: kept.status, body: kept.body, at: now() } : undefined
      if (savedAnswer || Object.keys(changes).length > 0) await books.write({ ...changes, ...(savedAnswer ? { answer: savedAnswer } : {}) })
      return outcome
    })
  }

  /** Errors of the endpoint itself are outcomes too: their answer may have to be kept. */
  async function begin(): Promise<Outcome> {
    try {
      await work()
      return operation.run()
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
