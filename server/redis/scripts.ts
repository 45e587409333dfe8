import { readFileSync } from 'node:fs'
import path from 'node:path'

/** A Lua file by its name, with its source. */
export type Script = { readonly name: string; readonly lua: string }

/** Every script, read from the project's folder, in which every process of ours runs. */
export const scripts = {
  place: { name: 'place', lua: readFileSync(path.join(process.cwd(), 'server/inventory/place.lua'), 'utf8') },
  applyMovements: { name: 'applyMovements', lua: readFileSync(path.join(process.cwd(), 'server/inventory/apply-movements.lua'), 'utf8') },
  openShard: { name: 'openShard', lua: readFileSync(path.join(process.cwd(), 'server/inventory/open-shard.lua'), 'utf8') },
  readCounter: { name: 'readCounter', lua: readFileSync(path.join(process.cwd(), 'server/inventory/read-counter.lua'), 'utf8') },
  readReservations: {
    name: 'readReservations',
    lua: readFileSync(path.join(process.cwd(), 'server/inventory/read-reservations.lua'), 'utf8'),
  },
  mendCounter: { name: 'mendCounter', lua: readFileSync(path.join(process.cwd(), 'server/inventory/mend-counter.lua'), 'utf8') },
  dropReservation: {
    name: 'dropReservation',
    lua: readFileSync(path.join(process.cwd(), 'server/inventory/drop-reservation.lua'), 'utf8'),
  },
  putOffer: { name: 'putOffer', lua: readFileSync(path.join(process.cwd(), 'server/inventory/put-offer.lua'), 'utf8') },
  putCode: { name: 'putCode', lua: readFileSync(path.join(process.cwd(), 'server/inventory/put-code.lua'), 'utf8') },
  mirrorOrder: { name: 'mirrorOrder', lua: readFileSync(path.join(process.cwd(), 'server/orders/mirror-order.lua'), 'utf8') },
  admit: { name: 'admit', lua: readFileSync(path.join(process.cwd(), 'server/admission/admit.lua'), 'utf8') },
} satisfies Record<string, Script>
