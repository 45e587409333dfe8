import { readFileSync } from 'node:fs'
import path from 'node:path'

/** A Lua file by its name, with its source. */
export type Script = { readonly name: string; readonly lua: string }

const lua = (name: string, file: string): Script => ({ name, lua: readFileSync(path.join(process.cwd(), 'server', file), 'utf8') })

/** Every script, read from the project's folder, in which every process of ours runs. */
export const scripts = {
  place: lua('place', 'inventory/place.lua'),
  claimCheckout: lua('claimCheckout', 'inventory/claim-checkout.lua'),
  seeCheckout: lua('seeCheckout', 'inventory/see-checkout.lua'),
  voidAttempt: lua('voidAttempt', 'inventory/void-attempt.lua'),
  releaseLeg: lua('releaseLeg', 'inventory/release-leg.lua'),
  applyMovements: lua('applyMovements', 'inventory/apply-movements.lua'),
  openShard: lua('openShard', 'inventory/open-shard.lua'),
  readCounter: lua('readCounter', 'inventory/read-counter.lua'),
  readReservations: lua('readReservations', 'inventory/read-reservations.lua'),
  mendCounter: lua('mendCounter', 'inventory/mend-counter.lua'),
  dropReservation: lua('dropReservation', 'inventory/drop-reservation.lua'),
  putOffer: lua('putOffer', 'inventory/put-offer.lua'),
  putCode: lua('putCode', 'inventory/put-code.lua'),
  mirrorOrder: lua('mirrorOrder', 'orders/mirror-order.lua'),
  admit: lua('admit', 'admission/admit.lua'),
  putPage: lua('putPage', 'web/put-page.lua'),
  unlockPage: lua('unlockPage', 'web/unlock-page.lua'),
} satisfies Record<string, Script>
