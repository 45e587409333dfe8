import type { Db } from '../db/client.ts'
import type { Ports } from '../orders/ports.ts'
import type { Core } from '../redis/core.ts'

/** What a command for operators works with: the engine's own ports, and the servers behind them to look at. */
export type Operator = Pick<Ports, 'counters' | 'book' | 'clock' | 'newId'> & { readonly db: Db; readonly core: Core }
