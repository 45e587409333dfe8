import { readFileSync } from 'node:fs'

/** A Lua file by its name, with its source. `new URL` with a literal is what the bundler follows, so each file names itself here. */
export type Script = { readonly name: string; readonly lua: string }

export const scripts = {
  place: load('place', new URL('../inventory/place.lua', import.meta.url)),
  applyMovements: load('applyMovements', new URL('../inventory/apply-movements.lua', import.meta.url)),
  putOffer: load('putOffer', new URL('../inventory/put-offer.lua', import.meta.url)),
  mirrorOrder: load('mirrorOrder', new URL('../orders/mirror-order.lua', import.meta.url)),
} satisfies Record<string, Script>

function load(name: string, file: URL): Script {
  return { name, lua: readFileSync(file, 'utf8') }
}
