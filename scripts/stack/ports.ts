import { randomInt } from 'node:crypto'
import { isFree } from './chosen-port.mjs'

/** Below what systems hand out to clients: one that reconnects to a server that is away must not end up with the server's own port. */
const LOWEST = 20_000
const HIGHEST = 32_000
const ATTEMPTS = 200

/** A port of the loopback that nobody has right now. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = randomInt(LOWEST, HIGHEST)
    if (await isFree(port, 'loopback')) return port
  }
  throw new Error(`No free port from ${LOWEST} to ${HIGHEST} was found in ${ATTEMPTS} attempts.`)
}
