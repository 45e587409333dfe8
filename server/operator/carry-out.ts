import { unreachable } from '#/domain/unreachable.ts'
import { type Answer, answer, EXIT } from './answer.ts'
import { closeLetter, listLetters, retryLetter, showLetter } from './dead-letters.ts'
import { explainSku } from './explain-sku.ts'
import type { Operator } from './operator.ts'
import { tellOrder } from './order-story.ts'
import { type Asked, USAGE } from './read-command.ts'
import { answerRebuild } from './rebuild-answer.ts'
import { answerReconcile } from './reconcile-answer.ts'
import { orServerAway } from './run-command.ts'

/** Answers one question. A server that is away is an answer too, in words and with an exit code of its own. */
export function carryOut(operator: Operator, asked: Asked): Promise<Answer> {
  const begun = asked.yes ? ['What was asked for may be half done: npm run stock -- reconcile tells, once it is back.'] : []
  return orServerAway(() => respond(operator, asked), 'operators', begun)
}

function respond(operator: Operator, { command, yes, people }: Asked): Promise<Answer> {
  switch (command.name) {
    case 'help':
      return Promise.resolve(answer(EXIT.fine, USAGE.split('\n'), { usage: USAGE }))
    case 'reconcile':
      return answerReconcile(operator, { mend: command.mend, yes })
    case 'rebuild':
      return answerRebuild(operator, command.shards, yes)
    case 'explain':
      return explainSku(operator, command.sku)
    case 'order':
      return tellOrder(operator, command.order, people)
    case 'dead-letters':
      return listLetters(operator, people)
    case 'show':
      return showLetter(operator, command.letter, people)
    case 'retry':
      return retryLetter(operator, command.letter, yes)
    case 'close':
      return closeLetter(operator, command.letter, yes)
    default:
      return unreachable(command)
  }
}
