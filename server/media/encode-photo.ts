import type { Sharp } from 'sharp'
import type { ImageFormat } from '#/domain/image-variants.ts'
import { decodePhoto, fromPixels } from './decoder.ts'
import { readPhoto } from './read-photo.ts'
import { missingVariants, type Variant, variantFile } from './variant-files.ts'
import { writeWhole } from './write-whole.ts'

/** Per picture that is decoded or encoded. The largest takes half a second on a core of its own, and much longer on one that others need. */
const TIMEOUT_SECONDS = 120

/**
 * Encodes what is missing of a photograph, smallest first, each written whole or not at all: what is there already stays as it is. Returns the
 * number of variants written. Throws `LostPhoto` for a file whose bytes are not those that the id promises.
 */
export async function encodePhoto(imageId: string, file: string): Promise<number> {
  const bytes = await readPhoto(imageId, file)
  const { autoOrient } = await decodePhoto(bytes).metadata()
  const missing = (await missingVariants(imageId, autoOrient.width)).sort((a, b) => a.width - b.width)
  const largest = missing.at(-1)
  if (!largest) return 0
  const source = await openSource(bytes, largest.width)
  for (const variant of missing) await writeWhole(variantFile(imageId, variant), await encodeVariant(source, variant))
  return missing.length
}

/** A photograph that is decoded once for all its variants up to a width. */
export type Source = () => Sharp

/** Holds its pixels, some 10 MB at most, however large the photograph is. */
export async function openSource(bytes: Uint8Array, width: number): Promise<Source> {
  const { data, info } = await resize(decodePhoto(bytes), width)
    .flatten({ background: '#fff' })
    .toColourspace('srgb')
    .timeout({ seconds: TIMEOUT_SECONDS })
    .raw()
    .toBuffer({ resolveWithObject: true })
  return () => fromPixels(data, info)
}

/** The recipe: one variant of a photograph, without anything that its file said of who took it, where, or with what. */
export function encodeVariant(source: Source, { format, width }: Variant): Promise<Buffer> {
  return encoders[format](resize(source(), width)).timeout({ seconds: TIMEOUT_SECONDS }).toBuffer()
}

function resize(image: Sharp, width: number): Sharp {
  return image.resize({ width, withoutEnlargement: true })
}

/** Qualities and efforts by measurement: AVIF effort 4 costs six times the CPU of effort 2 for 8 % of the bytes. */
const encoders: Record<ImageFormat, (image: Sharp) => Sharp> = {
  avif: (image) => image.avif({ quality: 50, effort: 2 }),
  webp: (image) => image.webp({ quality: 75, effort: 4 }),
  jpg: (image) => image.jpeg({ quality: 78, progressive: true, mozjpeg: true }),
}
