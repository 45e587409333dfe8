import type { Core } from '../redis/core.ts'
import { GATEWAY_AWAY_KEY } from '../redis/keys.ts'

/** Where processes tell each other, and the pages, that the payment gateway does not answer. */
export type GatewayState = {
  /** Said anew for as long as it lasts; forgotten by itself after so many milliseconds. */
  away(forMs: number): Promise<void>
  back(): Promise<void>
}

/** Kept in core. While core is away nothing is said: there is no page then that could repeat it. */
export function gatewayState(core: Core): GatewayState {
  return {
    away: async (forMs) => {
      await core.call(GATEWAY_AWAY_KEY, (redis) => redis.set(GATEWAY_AWAY_KEY, Date.now() + forMs, 'PX', forMs))
    },
    back: async () => {
      await core.call(GATEWAY_AWAY_KEY, (redis) => redis.del(GATEWAY_AWAY_KEY))
    },
  }
}

/** Whether the payment gateway is known not to answer: orders wait for it, and nobody has to do anything. */
export async function isGatewayAway(core: Core): Promise<boolean> {
  const said = await core.call(GATEWAY_AWAY_KEY, (redis) => redis.exists(GATEWAY_AWAY_KEY))
  return said.ok && said.value === 1
}
