import pino from 'pino'
import { logDescriptor, logLevel } from '../env.ts'

/**
 * Structured logs, one JSON object a line on stdout. Say what happened in `msg`, with ids beside it; addresses, mails, cookies and keys
 * have no place here, and what looks like one is removed.
 */
export const log = pino(
  {
    level: logLevel(),
    base: { pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: [
        'email',
        'name',
        'street',
        'address',
        'contact',
        'cookie',
        'token',
        'password',
        '*.email',
        '*.name',
        '*.street',
        '*.password',
      ],
      remove: true,
    },
  },
  pino.destination({ fd: logDescriptor(), sync: true }),
)

/** Says that a process does its work from now on, at every level of logging: whoever started it waits for this line. */
export function announceReady(fields: Record<string, unknown>, msg: string): void {
  if (log.isLevelEnabled('info')) log.info(fields, msg)
  else process.stdout.write(`${JSON.stringify({ ...fields, msg })}\n`)
}
