import type { Db } from '../db/client.ts'
import type { Ports } from '../orders/ports.ts'
import type { Core } from '../redis/core.ts'
import { type Answer, answer, EXIT } from './answer.ts'
import type { Asked, StockCommand } from './read-command.ts'

export type Operator = Pick<Ports, 'counters' | 'book' | 'clock' | 'newId'> & { readonly db: Db; readonly core: Core }
type Question = Asked & { readonly command: Exclude<StockCommand, { name: 'help' }> }

/** Answers one question. A server that is away is an answer too, in words and with an exit code of its own. */
export async function carryOut(_operator: Operator, { command }: Question): Promise<Answer> {
  return answer(EXIT.usage, [`${command.name} is not there yet.`], {})
}
