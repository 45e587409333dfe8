import { GatewayError } from './gateway-error.ts'

/** What one gateway process has under way: keys that are worked on, and intents that somebody holds alone. */
export class UnderWay {
  readonly #keys = new Set<string>()
  readonly #intents = new Set<string>()

  /** Throws a 409 where the key is being worked on. */
  holdingKey<T>(key: string, run: () => Promise<T>): Promise<T> {
    return holding(this.#keys, key, run, {
      type: 'idempotency_error',
      code: 'idempotency_key_in_use',
      message: 'There is currently another in-progress request using this Idempotency Key.',
    })
  }

  /** Throws a 409 where another request has the intent. */
  holdingIntent<T>(intentId: string | null, run: () => Promise<T>): Promise<T> {
    if (intentId === null) return run()
    return holding(this.#intents, intentId, run, {
      type: 'invalid_request_error',
      code: 'lock_timeout',
      message: 'This object cannot be accessed right now because another API request is accessing it.',
    })
  }
}

async function holding<T>(held: Set<string>, name: string, run: () => Promise<T>, refusal: GatewayError['body']): Promise<T> {
  if (held.has(name)) throw new GatewayError(409, refusal)
  held.add(name)
  try {
    return await run()
  } finally {
    held.delete(name)
  }
}
