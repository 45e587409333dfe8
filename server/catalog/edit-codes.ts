import { CODE_BOUNDS, type Discount, toCode } from '#/domain/discount.ts'
import { type Failure, fail, ok, type Result } from '#/domain/result.ts'
import type { Sku } from '#/domain/sku.ts'
import type { Db, Tx } from '../db/client.ts'
import { type BadWindow, findBadWindow, findOutOfBounds, type OutOfBounds, toDate, type Window } from './bounds.ts'

/** A code as a merchant writes it down: its next version, typed in any case. */
export type CodeDraft = Omit<Discount, 'version' | 'startsAtMs' | 'endsAtMs'> & Window

export type BadCode = Failure<'NOT_A_CODE'> | (Failure<'UNKNOWN_SKUS'> & { readonly skus: readonly Sku[] }) | OutOfBounds | BadWindow

/**
 * A new code, or a new version of one; returns the version. Orders keep the one that they were placed with, carts are held to the new one.
 * Uses are counted over all versions.
 */
export async function putCode(db: Db, draft: CodeDraft, nowMs: number): Promise<Result<number, BadCode>> {
  const { kind, value, minimumMinor, maxUses, maxUsesPerCustomer, skus } = draft
  const code = toCode(draft.code)
  if (!code) return fail('NOT_A_CODE')
  const bad =
    findBadWindow(draft) ??
    findOutOfBounds({
      value: [value, CODE_BOUNDS.value[kind]],
      minimumMinor: [minimumMinor, CODE_BOUNDS.minimumMinor],
      maxUses: [maxUses, CODE_BOUNDS.maxUses],
      maxUsesPerCustomer: [maxUsesPerCustomer, CODE_BOUNDS.maxUsesPerCustomer],
      skus: [skus?.length ?? null, CODE_BOUNDS.skus],
    })
  if (bad) return bad
  const terms = { kind, value, minimumMinor, maxUses, maxUsesPerCustomer, skus: [...new Set(skus)] }
  return db.$transaction(async (tx) => {
    const known = new Set((await tx.variant.findMany({ where: { sku: { in: terms.skus } } })).map((variant) => variant.sku))
    const unknown = terms.skus.filter((unit) => !known.has(unit))
    if (unknown.length > 0) return fail('UNKNOWN_SKUS', { skus: unknown })
    const [row] = await tx.$queryRaw<{ version: number }[]>`
      INSERT INTO discount_codes (code, version) VALUES (${code}, 1)
      ON CONFLICT (code) DO UPDATE SET version = discount_codes.version + 1 RETURNING version`
    const version = row?.version ?? 1
    const window = { startsAt: toDate(draft.startsAtMs), endsAt: toDate(draft.endsAtMs) }
    await tx.discountCodeVersion.create({ data: { code, version, ...terms, ...window, createdAt: new Date(nowMs) } })
    await tell(tx, code)
    return ok(version)
  })
}

/** Ends a code from now on, as a version of its own, which it returns. One that has ended stays as it ended. */
export function endCode(db: Db, code: string, nowMs: number): Promise<Result<number, Failure<'UNKNOWN_CODE'>>> {
  const now = new Date(nowMs)
  return db.$transaction(async (tx) => {
    const [current] = await tx.$queryRaw<{ version: number }[]>`SELECT version FROM discount_codes WHERE code = ${code} FOR UPDATE`
    if (!current) return fail('UNKNOWN_CODE')
    const last = await tx.discountCodeVersion.findUniqueOrThrow({ where: { code_version: { code, version: current.version } } })
    if (last.endsAt && last.endsAt <= now) return ok(last.version)
    const version = last.version + 1
    await tx.discountCodeVersion.create({ data: { ...last, version, startsAt: null, endsAt: now, createdAt: now } })
    await tx.discountCode.update({ where: { code }, data: { version } })
    await tell(tx, code)
    return ok(version)
  })
}

async function tell(tx: Tx, code: string): Promise<void> {
  await tx.outboxMessage.create({ data: { topic: 'code.changed', subject: code } })
}
