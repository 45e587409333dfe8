import { unreachable } from '#/domain/unreachable.ts'
import { type Drift, driftWords, mendingWords } from '../inventory/drift.ts'
import { mendDrift, type NotMended } from '../inventory/mend-drift.ts'
import { reconcile } from '../inventory/reconcile.ts'
import { type Answer, answer, counted, EXIT } from './answer.ts'
import type { Operator } from './operator.ts'
import { needCore } from './server-away.ts'

const MOST_TOLD = 200

/** Compares core with Postgres and says what differs; `mend` says what would be done about it, `yes` does it and looks again. */
export async function answerReconcile(operator: Operator, { mend, yes }: { mend: boolean; yes: boolean }): Promise<Answer> {
  const { drifts, rows, unread } = needCore(await reconcile(operator))
  const nowMs = operator.clock.now()
  const looked = [
    `${counted(rows, 'counter')} compared with Postgres.`,
    ...unread.map((key) => `${key}: too much is held of it to compare just now.`),
  ]
  if (drifts.length === 0) return answer(EXIT.fine, [...looked, 'Nothing differs.'], { rows, unread, drifts })
  const told = drifts.slice(0, MOST_TOLD)
  const found = told.flatMap((drift) => [
    `  ${driftWords(drift, nowMs)}`,
    ...(mend ? [`    → ${mendingWords(drift) ?? 'a person has to decide'}`] : []),
  ])
  const more = drifts.length > MOST_TOLD ? [`  … and ${drifts.length - MOST_TOLD} more`] : []
  const lines = [...looked, `${counted(drifts.length, 'difference')}:`, ...found, ...more, '']
  if (!mend || !yes) {
    const hint = mend ? 'Nothing was changed. Add --yes to mend.' : 'Nothing was changed. --mend says what would be done about it.'
    return answer(EXIT.trouble, [...lines, hint], { rows, unread, drifts })
  }
  const outcomes: { drift: Drift; mended: boolean; why: string | null }[] = []
  for (const drift of drifts) {
    const mended = await mendDrift(operator, drift)
    outcomes.push({ drift, mended: mended.ok, why: mended.ok ? null : notMendedWords(mended) })
  }
  const left = needCore(await reconcile(operator)).drifts
  const done = outcomes.filter(({ mended }) => mended).length
  const failures = outcomes.flatMap(({ drift, why }) => (why === null ? [] : [`  ${drift.key || `shard ${drift.shard}`}: ${why}`]))
  const after = left.length === 0 ? 'Nothing differs any more.' : `${counted(left.length, 'difference')} left:`
  return answer(
    left.length === 0 ? EXIT.fine : EXIT.trouble,
    [
      ...lines,
      `${done} mended${failures.length > 0 ? ', not mended:' : '.'}`,
      ...failures,
      after,
      ...left.map((drift) => `  ${driftWords(drift, nowMs)}`),
    ],
    { rows, unread, drifts, outcomes, left },
  )
}

function notMendedWords(failure: NotMended): string {
  switch (failure.code) {
    case 'FOR_A_PERSON':
      return 'a person has to decide: see the operations guide'
    case 'MOVED_ON':
      return 'it changed meanwhile: look again'
    case 'MOVEMENTS_MISSING':
      return 'movements that core would need are missing in Postgres: restore them, or rebuild the shard'
    case 'CORE_UNREACHED':
    case 'CORE_UNKNOWN':
    case 'CORE_REFUSED':
      return 'core did not take it'
    default:
      return unreachable(failure)
  }
}
