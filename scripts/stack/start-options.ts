import { parseArgs } from 'node:util'
import { StepFailed } from './progress.ts'

export type StartOptions = { readonly port: number; readonly fresh: boolean }

const DEFAULT_PORT = 3000

/** What `npm start` was asked for: `--port` goes before PORT. Throws `StepFailed` for what it does not understand. */
export function readStartOptions(args: readonly string[], env: NodeJS.ProcessEnv): StartOptions {
  const usage = 'npm start -- [--port N] [--fresh]'
  let values: { port?: string; fresh?: boolean }
  try {
    values = parseArgs({ args: [...args], options: { port: { type: 'string' }, fresh: { type: 'boolean' } } }).values
  } catch (error) {
    throw new StepFailed('That is not how to start the store', (error as Error).message, usage)
  }
  const text = values.port ?? (env.PORT || String(DEFAULT_PORT))
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port < 1 || port > 65_535) {
    throw new StepFailed('That is no port', `${JSON.stringify(text)} is not a whole number from 1 to 65535`, usage)
  }
  return { port, fresh: values.fresh ?? false }
}
