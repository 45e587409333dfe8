/**
 * Gives `run` a signal that aborts with `other`, and after so long. It is what `AbortSignal.any` does in browsers that are younger than some
 * that we keep working in.
 */
export async function abortAfter<T>(ms: number, other: AbortSignal, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const abort = () => controller.abort()
  const timer = setTimeout(abort, ms)
  if (other.aborted) abort()
  other.addEventListener('abort', abort)
  try {
    return await run(controller.signal)
  } finally {
    clearTimeout(timer)
    other.removeEventListener('abort', abort)
  }
}
