import { DISCOUNT_KINDS, type Discount, type DiscountKind } from '#/domain/discount.ts'
import { NO_END_MS, NO_START_MS } from '#/domain/offer.ts'
import { sku } from '#/domain/sku.ts'
import type { Db } from '../db/client.ts'
import type { DiscountCodeVersionModel } from '../db/generated/models.ts'

/** A page of discount codes, in their order after one. */
export async function readCodes(db: Db, after: string, limit: number): Promise<string[]> {
  const rows = await db.discountCode.findMany({
    where: { code: { gt: after } },
    orderBy: { code: 'asc' },
    take: limit,
    select: { code: true },
  })
  return rows.map(({ code }) => code)
}

/** The newest version of these codes, or of all. */
export async function readCurrentDiscounts(db: Db, codes: readonly string[] | 'all'): Promise<Discount[]> {
  const current = await db.discountCode.findMany({ where: codes === 'all' ? {} : { code: { in: [...codes] } } })
  return [...(await readDiscountVersions(db, current)).values()]
}

/** Versions that a statement asks for: Postgres takes 32,767 parameters at most. */
const PAGE = 1000

/** Exact versions, as `code@version`; an unknown one is absent. */
export async function readDiscountVersions(db: Db, versions: readonly { code: string; version: number }[]): Promise<Map<string, Discount>> {
  const found = new Map<string, Discount>()
  for (let from = 0; from < versions.length; from += PAGE) {
    const page = versions.slice(from, from + PAGE).map(({ code, version }) => ({ code, version }))
    const rows = await db.discountCodeVersion.findMany({ where: { OR: page } })
    for (const row of rows) found.set(`${row.code}@${row.version}`, toDiscount(row))
  }
  return found
}

function toDiscount(row: DiscountCodeVersionModel): Discount {
  const { code, version, value, minimumMinor, maxUses, maxUsesPerCustomer } = row
  return {
    code,
    version,
    kind: toKind(row.kind),
    value,
    minimumMinor,
    maxUses,
    maxUsesPerCustomer,
    startsAtMs: row.startsAt?.getTime() ?? NO_START_MS,
    endsAtMs: row.endsAt?.getTime() ?? NO_END_MS,
    skus: row.skus.length > 0 ? row.skus.map(sku) : null,
  }
}

function toKind(text: string): DiscountKind {
  const kind = DISCOUNT_KINDS.find((known) => known === text)
  if (!kind) throw new Error(`unknown kind of discount: ${text}`)
  return kind
}
