import path from 'node:path'
import { IMAGE_FORMATS, type ImageFormat, widthsOf } from '#/domain/image-variants.ts'
import { env } from '../env.ts'
import { hasBytes, readKept } from './kept-file.ts'

export type Variant = { readonly width: number; readonly format: ImageFormat }

/** Where a variant is kept. Ids and formats are checked by the caller, so no part of this path comes from outside unread. */
export function variantFile(imageId: string, { width, format }: Variant): string {
  return path.join(/* turbopackIgnore: true */ env().MEDIA_DIR, imageId, `${width}.${format}`)
}

/** The bytes of a variant; null when it is not there. */
export function readVariant(imageId: string, variant: Variant): Promise<Buffer | null> {
  return readKept(variantFile(imageId, variant))
}

/** Every variant that a photograph of this width should have. */
export function variantsOf(sourceWidth: number): Variant[] {
  return IMAGE_FORMATS.flatMap((format) => widthsOf(format, sourceWidth).map((width) => ({ width, format })))
}

/** The variants that are not there yet. */
export async function missingVariants(imageId: string, sourceWidth: number): Promise<Variant[]> {
  const checked = await Promise.all(
    variantsOf(sourceWidth).map(async (variant) => ({ variant, there: await hasBytes(variantFile(imageId, variant)) })),
  )
  return checked.filter(({ there }) => !there).map(({ variant }) => variant)
}
