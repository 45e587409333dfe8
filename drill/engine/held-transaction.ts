import type { Db, Tx } from '#/server/db/client.ts'

/** As long as two waits of a drill. */
const PATIENCE_MS = 120_000

/** A transaction that has done its work, and is committed when it is told to. Resolves once the work is done. */
export async function holdTransaction(db: Db, work: (tx: Tx) => Promise<unknown>): Promise<{ commit(): Promise<void> }> {
  const [done, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const held = db.$transaction(
    async (tx) => {
      // For as long as it is held: a connection of ours may not stand idle that long.
      await tx.$executeRaw`SET LOCAL idle_in_transaction_session_timeout = 0`
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
