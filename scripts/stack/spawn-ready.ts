import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'

export type ReadyProcess = { readonly child: ChildProcess; readonly match: RegExpExecArray }

/**
 * Starts a program and waits until its output matches. Rejects with the end of its output when it exits first or is not ready in time (it
 * is killed then). `onOutput` sees everything it prints, for as long as it lives.
 */
export function spawnReady(
  command: string,
  args: readonly string[],
  { ready, timeoutMs, onOutput, ...options }: SpawnOptions & { ready: RegExp; timeoutMs: number; onOutput?: (text: string) => void },
): Promise<ReadyProcess> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options })
  return new Promise((resolve, reject) => {
    let seen = ''
    let settled = false
    const settle = (act: () => void) => {
      if (settled) return
      settled = true
      clearTimeout(timer)
      act()
    }
    const fail = (why: string) => settle(() => reject(new Error(`${command} ${args[0] ?? ''} ${why}\n${seen.slice(-2000)}`.trim())))
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      fail(`was not ready within ${timeoutMs} ms`)
    }, timeoutMs)
    const read = (chunk: Buffer) => {
      onOutput?.(chunk.toString())
      if (settled) return
      seen += chunk
      const match = ready.exec(seen)
      if (match) settle(() => resolve({ child, match }))
    }
    child.stdout?.on('data', read)
    child.stderr?.on('data', read)
    child.once('error', (error) => fail(`could not be started: ${error.message}`))
    child.once('exit', (code, signal) => fail(`ended with ${signal ?? `code ${code}`} before it was ready`))
  })
}

/** Sends a signal and waits until the process is gone; kills it for good after `patienceMs`. */
export async function stopProcess(child: ChildProcess, signal: NodeJS.Signals, patienceMs: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  await new Promise<void>((gone) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs)
    child.once('exit', () => {
      clearTimeout(timer)
      gone()
    })
    child.kill(signal)
  })
}
