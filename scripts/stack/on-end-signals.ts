import os from 'node:os'

/** Calls back for each signal that asks this process to end, however often, with the code to end with. */
export function onEndSignals(end: (code: number) => void): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end(128 + os.constants.signals[signal]))
}
