import { parseArgs } from 'node:util'
import { choosePort } from './chosen-port.mjs'
import { StepFailed } from './progress.ts'

export type StartOptions = { readonly port: number; readonly fresh: boolean }

const USAGE = 'npm start -- [--port N] [--fresh]'

/** What `npm start` was asked for: `--port` goes before PORT. Throws `StepFailed` for what it does not understand. */
export function readStartOptions(args: readonly string[], env: Record<string, string | undefined>): StartOptions {
  let fresh = false
  try {
    const { values } = parseArgs({ args: [...args], options: { port: { type: 'string' }, fresh: { type: 'boolean' } } })
    fresh = values.fresh ?? false
  } catch (error) {
    throw new StepFailed('That is not how to start the store', (error as Error).message, `Usage: ${USAGE}`)
  }
  const { text, port } = choosePort(args, env)
  if (port === null)
    throw new StepFailed('That is no port', `${JSON.stringify(text)} is not a whole number from 1 to 65535`, `Usage: ${USAGE}`)
  return { port, fresh }
}
