import type { Tx } from '#/server/db/client.ts'
import { ADDED } from '#/server/media/photo-files.ts'
import type { Photo } from '../catalogue/product.ts'
import type { PhotoRow } from './read-photos.ts'

/**
 * Brings the photographs of a product up to date, shown from now on: a new shop is not to wait until they are encoded. Those that the shop
 * added itself stay, behind them.
 */
export async function importPhotosOf(
  tx: Tx,
  productCode: string,
  shown: readonly Photo[],
  photos: ReadonlyMap<string, PhotoRow>,
  now: Date,
): Promise<void> {
  await tx.productImage.deleteMany({ where: { productCode, image: { file: { not: { startsWith: ADDED } } } } })
  const added = await tx.productImage.findMany({ where: { productCode }, orderBy: { position: 'asc' }, select: { imageId: true } })
  for (const [i, { imageId }] of added.entries()) {
    await tx.productImage.update({ where: { productCode_imageId: { productCode, imageId } }, data: { position: shown.length + i } })
  }
  await tx.productImage.createMany({
    data: shown.map(({ file, alt }, position) => ({ productCode, imageId: need(photos, file).id, alt, position, shownAt: now })),
  })
}

/** Brings in the row of a photograph. Where its focal point moved, its picture for sharing is to be made again. */
export async function importImage(tx: Tx, photo: PhotoRow): Promise<void> {
  const { id, focalX, focalY } = photo
  await tx.image.updateMany({ where: { id, NOT: { focalX, focalY } }, data: { encodedAt: null } })
  await tx.image.upsert({ where: { id }, create: photo, update: photo })
}

export function need(photos: ReadonlyMap<string, PhotoRow>, file: string): PhotoRow {
  const photo = photos.get(file)
  if (!photo) throw new Error(`there is no photograph ${file}`)
  return photo
}
