import { type Failure, fail, ok, type Result } from '#/domain/result.ts'
import { tags } from '../cache/manifest.ts'
import type { Db, Tx } from '../db/client.ts'
import { edit, type Touched } from './edit.ts'
import { lockProduct, publishIfReady, type UnknownProduct } from './publish.ts'

/** A page that shows more is a page that nobody sees to its end. */
export const MOST_PHOTOS = 12

/** A photograph of a product, as its row has it. `photographer` is empty where nothing is owed to anybody. */
export type PhotoDraft = {
  readonly id: string
  readonly file: string
  readonly width: number
  readonly height: number
  readonly blur: string
  readonly alt: string
  readonly focalX: number
  readonly focalY: number
  readonly photographer: string
  readonly source: string
  readonly license: string
}

export type AddRefusal = UnknownProduct | Failure<'HAS_IT_ALREADY'> | (Failure<'TOO_MANY_PHOTOS'> & { readonly most: number })

/**
 * Adds a photograph behind those that a product has. It is shown once all its variants are there: `shown` when they are there already, from
 * another product. Of a photograph that is known, focal point and credit stay as they are.
 */
export function addPhoto(db: Db, productCode: string, draft: PhotoDraft, nowMs: number): Promise<Result<'shown' | 'waiting', AddRefusal>> {
  const { alt, ...image } = draft
  return edit(db, async (tx, touched) => {
    const refused = await findAddRefusal(tx, productCode, image.id)
    if (refused) return refused
    await tx.image.createMany({ data: [image], skipDuplicates: true })
    const encoded = await lockImage(tx, image.id)
    await lockProduct(tx, productCode)
    const refusedByNow = await findAddRefusal(tx, productCode, image.id)
    if (refusedByNow) return refusedByNow
    const { _max } = await tx.productImage.aggregate({ where: { productCode }, _max: { position: true } })
    const position = (_max.position ?? -1) + 1
    const shownAt = encoded ? new Date(nowMs) : null
    await tx.productImage.create({ data: { productCode, imageId: image.id, alt, position, shownAt } })
    if (encoded) await touchPhotos(tx, touched, [productCode])
    return ok(encoded ? 'shown' : 'waiting')
  })
}

/** Why a photograph cannot be added to a product; null when it can. */
export async function findAddRefusal(db: Db | Tx, productCode: string, imageId: string): Promise<AddRefusal | null> {
  const product = await db.product.findUnique({ where: { code: productCode }, select: { images: { select: { imageId: true } } } })
  if (!product) return fail('UNKNOWN_PRODUCT')
  if (product.images.some((standing) => standing.imageId === imageId)) return fail('HAS_IT_ALREADY')
  return product.images.length < MOST_PHOTOS ? null : fail('TOO_MANY_PHOTOS', { most: MOST_PHOTOS })
}

/** Takes a photograph from a product, which is published when it waited for nothing else. Returns whether the product had it. */
export function removePhoto(db: Db, productCode: string, imageId: string, nowMs: number): Promise<Result<boolean, UnknownProduct>> {
  return edit(db, async (tx, touched) => {
    if (!(await lockProduct(tx, productCode))) return fail('UNKNOWN_PRODUCT')
    const { count } = await tx.productImage.deleteMany({ where: { productCode, imageId } })
    if (count > 0) await touchPhotos(tx, touched, [productCode])
    await publishIfReady(tx, touched, productCode, nowMs)
    return ok(count > 0)
  })
}

/**
 * Notes that all variants of a photograph are there, shows it wherever it waited for that, and publishes the products that waited for nothing
 * else. Pages and core hear of it from the same transaction. Again it does nothing.
 */
export function showEncoded(db: Db, imageId: string, nowMs: number): Promise<void> {
  const shownAt = new Date(nowMs)
  return edit(db, async (tx, touched) => {
    await lockImage(tx, imageId)
    await tx.image.updateMany({ where: { id: imageId, encodedAt: null }, data: { encodedAt: shownAt } })
    const waiting = await tx.productImage.findMany({ where: { imageId, shownAt: null }, select: { productCode: true } })
    const codes = waiting.map(({ productCode }) => productCode).sort()
    if (codes.length === 0) return
    // Products before their photographs, as whoever takes a photograph away locks them.
    for (const code of codes) await lockProduct(tx, code)
    await tx.productImage.updateMany({ where: { imageId, productCode: { in: codes } }, data: { shownAt } })
    for (const code of codes) await publishIfReady(tx, touched, code, nowMs)
    await touchPhotos(tx, touched, codes)
  })
}

/** Whether a photograph is encoded. Its row is locked, so that nobody adds it to a product while it is being shown on all that have it. */
async function lockImage(tx: Tx, id: string): Promise<boolean> {
  const [image] = await tx.$queryRaw<{ encoded_at: Date | null }[]>`SELECT encoded_at FROM images WHERE id = ${id} FOR UPDATE`
  return image?.encoded_at != null
}

/** Pages of these products, the page of credits, and the cards that core has of what they sell. */
async function touchPhotos(tx: Tx, touched: Touched, codes: readonly string[]): Promise<void> {
  const variants = await tx.variant.findMany({ where: { productCode: { in: [...codes] } }, select: { sku: true } })
  touched.tags(...codes.map(tags.product), tags.credits)
  touched.offers(...variants.map(({ sku }) => sku))
}
