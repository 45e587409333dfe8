/** The port through which the engine sees time, so that a simulator can own it. Milliseconds since the epoch. */
export type Clock = {
  now(): number
  sleep(ms: number): Promise<void>
}
