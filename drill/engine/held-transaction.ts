import type { Db, Tx } from '#/server/db/client.ts'

const PATIENCE_MS = 60_000

/** A transaction that has done its work, and is committed when it is told to. Resolves once the work is done. */
export async function holdTransaction(db: Db, work: (tx: Tx) => Promise<unknown>): Promise<{ commit(): Promise<void> }> {
  const [done, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const held = db.$transaction(
    async (tx) => {
      await work(tx)
      done.resolve()
      await gate.promise
    },
    { timeout: PATIENCE_MS },
  )
  await Promise.race([done.promise, held])
  return {
    commit: () => {
      gate.resolve()
      return held
    },
  }
}
