import type { Redis } from 'ioredis'
import { type Failure, fail, ok, type Result } from '#/domain/result.ts'
import { scripts } from '../redis/scripts.ts'

/** What is limited, and how: a burst at once, then one each interval. */
const LIMITS = {
  /** Placing orders, by shopper: far more than a person needs, far less than a script wants. */
  checkout: { burst: 20, intervalMs: 1500 },
  /** Another card, by order. */
  payment: { burst: 8, intervalMs: 15_000 },
  /** Coming back from the bank, by order. */
  return: { burst: 10, intervalMs: 5000 },
  /** Asking to cancel, by order. */
  cancel: { burst: 5, intervalMs: 15_000 },
  /** Changing the cart, by shopper. */
  cart: { burst: 60, intervalMs: 250 },
  /** Trying a discount code, by shopper: a few to type one right, too few to guess one. */
  code: { burst: 10, intervalMs: 20_000 },
} as const

export type TooFast = Failure<'TOO_FAST'> & { readonly retryAfterSeconds: number }

/** Whether somebody may act once more. While Redis cache is away everybody may: a limit is no reason to stop selling. */
export async function admit(cache: Redis, what: keyof typeof LIMITS, who: string): Promise<Result<void, TooFast>> {
  const { burst, intervalMs } = LIMITS[what]
  try {
    const wait = Number(await cache.eval(scripts.admit.lua, 1, `admit:${what}:${who}`, intervalMs, burst))
    return wait > 0 ? fail('TOO_FAST', { retryAfterSeconds: Math.ceil(wait / 1000) }) : ok(undefined)
  } catch {
    return ok(undefined)
  }
}
