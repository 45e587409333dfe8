import { readFileSync } from 'node:fs'
import path from 'node:path'

/** A Lua file by its name, with its source. */
export type Script = { readonly name: string; readonly lua: string }

/** Every script, read from the project's folder, in which every process of ours runs. */
export const scripts = {
  place: { name: 'place', lua: readFileSync(path.join(process.cwd(), 'server/inventory/place.lua'), 'utf8') },
  applyMovements: { name: 'applyMovements', lua: readFileSync(path.join(process.cwd(), 'server/inventory/apply-movements.lua'), 'utf8') },
  seeCheckout: { name: 'seeCheckout', lua: readFileSync(path.join(process.cwd(), 'server/inventory/see-checkout.lua'), 'utf8') },
  openShard: { name: 'openShard', lua: readFileSync(path.join(process.cwd(), 'server/inventory/open-shard.lua'), 'utf8') },
  putOffer: { name: 'putOffer', lua: readFileSync(path.join(process.cwd(), 'server/inventory/put-offer.lua'), 'utf8') },
  putCode: { name: 'putCode', lua: readFileSync(path.join(process.cwd(), 'server/inventory/put-code.lua'), 'utf8') },
  mirrorOrder: { name: 'mirrorOrder', lua: readFileSync(path.join(process.cwd(), 'server/orders/mirror-order.lua'), 'utf8') },
  admit: { name: 'admit', lua: readFileSync(path.join(process.cwd(), 'server/admission/admit.lua'), 'utf8') },
} satisfies Record<string, Script>
