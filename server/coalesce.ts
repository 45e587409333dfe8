/**
 * Makes one call of many that are made at once: what arrives while `inFlight` batches are on their way waits, and leaves together as the
 * next one, at most `most` of them. An idle caller waits for nobody. `run` answers in the order of its batch; when it throws, the whole
 * batch throws.
 */
export function coalesce<T, R>(
  run: (batch: readonly T[]) => Promise<readonly R[]>,
  { most, inFlight }: { most: number; inFlight: number },
) {
  type Waiting = { readonly item: T; readonly resolve: (result: R) => void; readonly reject: (error: unknown) => void }
  let waiting: Waiting[] = []
  let running = 0

  function leave(): void {
    while (running < inFlight && waiting.length > 0) {
      const batch = waiting.slice(0, most)
      waiting = waiting.slice(most)
      running += 1
      void carry(batch)
    }
  }

  async function carry(batch: readonly Waiting[]): Promise<void> {
    try {
      const results = await run(batch.map(({ item }) => item))
      if (results.length !== batch.length) throw new Error(`${results.length} results for a batch of ${batch.length}`)
      for (const [i, { resolve }] of batch.entries()) resolve(results[i] as R)
    } catch (error) {
      for (const { reject } of batch) reject(error)
    } finally {
      running -= 1
      leave()
    }
  }

  return (item: T): Promise<R> =>
    new Promise<R>((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      leave()
    })
}
