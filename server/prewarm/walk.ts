import { setTimeout as pause } from 'node:timers/promises'
import type { Result } from '#/domain/result.ts'
import { type Answered, type Asker, askFor, type Method, type Unanswered, unanswered } from './ask.ts'
import { judge, type Layer } from './judge.ts'
import type { Place } from './place.ts'
import type { Question } from './question.ts'
import type { Judged } from './ratios.ts'

/** A page that was old is rendered behind what is sent of it, and what an edge keeps for a second is over by then. */
const BETWEEN_ROUNDS_MS = 500

export type Walking = {
  readonly asker: Asker
  readonly atOnce: number
  readonly signal: AbortSignal
  /** What is not asked by then is not asked any more. By `performance.now()`. */
  readonly untilMs: number
  /** Nothing new for so long means that it will not come. */
  readonly standstillMs: number
  readonly onAnswer: (question: Question, answer: Result<Answered, Unanswered>) => void
}

/** Asks for everything once, `atOnce` at a time, in order. */
export async function askAll(
  { asker, atOnce, untilMs, onAnswer }: Walking,
  place: Place,
  layer: Layer,
  questions: readonly Question[],
  method: Method = 'GET',
): Promise<Judged[]> {
  const judged: Judged[] = new Array(questions.length)
  let next = 0
  const one = async () => {
    for (let at = next++; at < questions.length; at = next++) {
      const question = questions[at] as Question
      const isLate = performance.now() > untilMs
      const answer = isLate
        ? unanswered('it was not asked: the time for all of this was over')
        : await askFor(asker, place, question, method)
      onAnswer(question, answer)
      judged[at] = { question, verdict: judge(question, answer, layer) }
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, questions.length) }, one))
  return judged
}

/** `first`: what was answered at first, which is how warm the layer was. `givenUp`: what never came to be kept. */
export type Warmed = { readonly first: readonly Judged[]; readonly givenUp: readonly Question[] }

/** Asks until everything is kept, or nothing more gets ready. */
export async function warm(walking: Walking, place: Place, layer: Layer, questions: readonly Question[]): Promise<Warmed> {
  const first = await askAll(walking, place, layer, questions)
  let waited = notYet(first)
  let lastProgressMs = performance.now()
  while (waited.length > 0 && performance.now() < walking.untilMs && performance.now() - lastProgressMs < walking.standstillMs) {
    await pause(BETWEEN_ROUNDS_MS, undefined, { signal: walking.signal })
    const still = notYet(await askAll(walking, place, layer, waited))
    if (still.length < waited.length) lastProgressMs = performance.now()
    waited = still
  }
  return { first, givenUp: waited }
}

function notYet(judged: readonly Judged[]): Question[] {
  return judged.flatMap(({ question, verdict: { outcome } }) => (outcome === 'hit' || outcome === 'refused' ? [] : [question]))
}
