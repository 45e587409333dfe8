import { constants } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { IMAGE_FORMATS, type ImageFormat, widthsOf } from '#/domain/image-variants.ts'
import { env } from '../env.ts'

export type Variant = { readonly width: number; readonly format: ImageFormat }

/** Where a variant is kept. Ids and formats are checked by the caller, so no part of this path comes from outside unread. */
export function variantFile(imageId: string, { width, format }: Variant): string {
  return path.join(/* turbopackIgnore: true */ env().MEDIA_DIR, imageId, `${width}.${format}`)
}

/** The bytes of a variant; null when it is not there. What is kept is files: a link, which could lead elsewhere, is not followed. */
export async function readVariant(imageId: string, variant: Variant): Promise<Buffer | null> {
  const bytes = await readFile(variantFile(imageId, variant), { flag: constants.O_RDONLY | constants.O_NOFOLLOW }).catch(() => null)
  return bytes && bytes.length > 0 ? bytes : null
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

/** An empty file is none: a full disk leaves them. */
export async function hasBytes(file: string): Promise<boolean> {
  return ((await stat(file).catch(() => null))?.size ?? 0) > 0
}
