import type { Clock } from '#/domain/clock.ts'
import type { Db } from '../db/client.ts'

/** What a command about photographs works with: Postgres, and the folder that every process of the store keeps them in. */
export type PhotoDesk = { readonly db: Db; readonly clock: Clock; readonly mediaDir: string }
