import type { Failure, Ok } from '#/domain/result.ts'
import { log } from '../telemetry/log.ts'
import { type Answer, answer, EXIT, print, printable } from './answer.ts'
import { asServerAway } from './server-away.ts'

type Asked = { readonly command: { readonly name: string }; readonly json: boolean }
type Read<A> = Ok<A> | (Failure & { readonly why: string })

/** Reads what was asked, has it answered on stdout, and returns the exit code. What is no command is told on stderr, with how to ask. */
export async function runCommand<A extends Asked>(asked: Read<A>, usage: string, carryOut: (asked: A) => Promise<Answer>): Promise<number> {
  if (!asked.ok) {
    process.stderr.write(`${printable(asked.why)}\n\n${usage}\n`)
    return EXIT.usage
  }
  if (asked.value.command.name === 'help') {
    process.stdout.write(`${usage}\n`)
    return EXIT.fine
  }
  const given = await carryOut(asked.value)
  process.stdout.write(`${print(given, asked.value.json)}\n`)
  return given.code
}

/** A server that is away is an answer too, in words, with what to do then and an exit code of its own. */
export async function orServerAway(
  respond: () => Promise<Answer>,
  whom: 'operators' | 'merchants',
  thenLines: readonly string[],
): Promise<Answer> {
  try {
    return await respond()
  } catch (error) {
    const away = asServerAway(error)
    if (!away) throw error
    log.error({ server: away.server, err: error }, `a command for ${whom} found a server away`)
    return answer(EXIT.serverAway, [`${away.server} is away: ${away.message}.`, ...thenLines], { away: away.server })
  }
}
