import { randomInt } from 'node:crypto'
import net from 'node:net'
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

/** From a port to the one that is listened on as the sign that it is claimed; the signs are above what servers of ours get. */
const TO_SIGN = HIGHEST - LOWEST

/**
 * A port of the loopback that nobody has, and that nobody else claims while this process lives: tests run beside each other, and between
 * being found free and being listened on a port may be found free by another of them.
 */
export async function claimPort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = randomInt(LOWEST, HIGHEST)
    // In this order: to look whether a port is free is to listen on it for a moment, in the way of whoever has claimed it.
    if ((await signalClaim(port + TO_SIGN)) && (await isFree(port, 'loopback'))) return port
  }
  throw new Error(`No port could be claimed in ${ATTEMPTS} attempts.`)
}

/** Whether it could be listened on; then until this process ends, however it does. */
function signalClaim(sign: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer((socket) => socket.destroy()).unref()
    server.once('error', () => resolve(false))
    server.listen({ port: sign, host: '127.0.0.1', exclusive: true }, () => resolve(true))
  })
}
