import { GatewayError } from './gateway-error.ts'

/** What one gateway process has under way: keys that are worked on, and objects that somebody holds alone. */
export class UnderWay {
  readonly #keys = new Set<string>()
  readonly #objects = new Set<string>()

  /** Throws a 409 where the key is being worked on. */
  holdingKey<T>(key: string, run: () => Promise<T>): Promise<T> {
    return holding(this.#keys, [key], run, {
      type: 'idempotency_error',
      code: 'idempotency_key_in_use',
      message: 'There is currently another in-progress request using this Idempotency Key.',
    })
  }

  /** Holds all of these objects or, where another request has one of them, throws a 409. */
  holdingObjects<T>(ids: readonly string[], run: () => Promise<T>): Promise<T> {
    return holding(this.#objects, ids, run, {
      type: 'invalid_request_error',
      code: 'lock_timeout',
      message: 'This object cannot be accessed right now because another API request is accessing it.',
    })
  }
}

async function holding<T>(held: Set<string>, names: readonly string[], run: () => Promise<T>, refusal: GatewayError['body']): Promise<T> {
  if (names.some((name) => held.has(name))) throw new GatewayError(409, refusal)
  for (const name of names) held.add(name)
  try {
    return await run()
  } finally {
    for (const name of names) held.delete(name)
  }
}
