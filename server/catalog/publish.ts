import { type Failure, fail, ok, type Result } from '#/domain/result.ts'
import { type Sku, sku } from '#/domain/sku.ts'
import { tags } from '../cache/manifest.ts'
import type { Db, Tx } from '../db/client.ts'
import { edit, type Touched } from './edit.ts'
import { endSale } from './edit-catalog.ts'

export type UnknownProduct = Failure<'UNKNOWN_PRODUCT'>

/**
 * Shows a product, or has it wait for those of its photographs whose variants are still being made; the media worker publishes it then. What
 * was withdrawn is shown again as it was; each of its SKUs is sold again once it has a window again.
 */
export function publishProduct(db: Db, code: string, nowMs: number): Promise<Published> {
  return edit(db, (tx, touched) => showProduct(tx, touched, code, nowMs))
}

type Published = Result<'published' | 'waiting', UnknownProduct>

/** The same within an edit that does more. */
export async function showProduct(tx: Tx, touched: Touched, code: string, nowMs: number): Promise<Published> {
  const product = await lockProduct(tx, code)
  if (!product) return fail('UNKNOWN_PRODUCT')
  await tx.product.update({ where: { code }, data: { publishWantedAt: product.publishWantedAt ?? new Date(nowMs), withdrawnAt: null } })
  if (product.publishedAt) {
    if (product.withdrawnAt) touchLists(touched, code)
    return ok('published')
  }
  return ok((await publishIfReady(tx, touched, code, nowMs)) ? 'published' : 'waiting')
}

/** Takes a product from every page, and its SKUs from sale: carts that hold one are told at the checkout. Once is enough. */
export function withdrawProduct(db: Db, code: string, nowMs: number): Promise<Result<void, UnknownProduct>> {
  return edit(db, async (tx, touched) => {
    const product = await lockProduct(tx, code)
    if (!product) return fail('UNKNOWN_PRODUCT')
    if (product.withdrawnAt) return ok(undefined)
    await tx.product.update({ where: { code }, data: { publishWantedAt: null, withdrawnAt: new Date(nowMs) } })
    for (const unit of await skusOnSale(tx, code)) await endSale(tx, touched, unit, nowMs)
    touchLists(touched, code)
    return ok(undefined)
  })
}

/** Publishes a product that is to be, once each of its photographs is shown. Its row has to be locked. Returns whether it did. */
export async function publishIfReady(tx: Tx, touched: Touched, code: string, nowMs: number): Promise<boolean> {
  const published = await tx.$executeRaw`
    UPDATE products SET published_at = ${new Date(nowMs)}
    WHERE code = ${code} AND publish_wanted_at IS NOT NULL AND published_at IS NULL AND withdrawn_at IS NULL
      AND NOT EXISTS (SELECT FROM product_images WHERE product_code = ${code} AND shown_at IS NULL)`
  if (published > 0) touchLists(touched, code)
  return published > 0
}

type ProductRow = { readonly publishWantedAt: Date | null; readonly publishedAt: Date | null; readonly withdrawnAt: Date | null }

/** Locked until the transaction ends, so that what is decided on it is decided one after the other. */
export async function lockProduct(tx: Tx, code: string): Promise<ProductRow | null> {
  const [row] = await tx.$queryRaw<ProductRow[]>`
    SELECT publish_wanted_at AS "publishWantedAt", published_at AS "publishedAt", withdrawn_at AS "withdrawnAt"
    FROM products WHERE code = ${code} FOR UPDATE`
  return row ?? null
}

async function skusOnSale(tx: Tx, code: string): Promise<Sku[]> {
  const variants = await tx.variant.findMany({
    where: { productCode: code, withdrawnAt: null },
    orderBy: { sku: 'asc' },
    select: { sku: true },
  })
  return variants.map((variant) => sku(variant.sku))
}

/** No list carries the tag of a product that is new to it, nor does the sitemap. */
function touchLists(touched: Touched, code: string): void {
  touched.tags(tags.product(code), tags.catalogue, tags.addresses)
}
