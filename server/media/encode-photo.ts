import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import sharp, { type Sharp } from 'sharp'
import type { ImageFormat } from '#/domain/image-variants.ts'
import { photoFile } from './photo-files.ts'
import { imageIdOf } from './recipe.ts'
import { missingVariants, type Variant, variantFile } from './variant-files.ts'

/** The most that is decoded: 50 megapixels, some 200 MB. */
const MAX_PIXELS = 50_000_000

/** One photograph at a time on one thread, so that encoding never takes what orders need. */
sharp.concurrency(1)
sharp.cache(false)

/**
 * Encodes what is missing of a photograph, smallest first, each written whole or not at all. Returns the number of variants written.
 * Refuses a file whose bytes are not those that the id promises.
 */
export async function encodePhoto(imageId: string, file: string): Promise<number> {
  const bytes = await readFile(photoFile(file))
  if (imageIdOf(bytes) !== imageId) throw new Error(`photograph ${file} is not image ${imageId}`)
  const { width } = await open(bytes).metadata()
  const missing = (await missingVariants(imageId, width)).sort((a, b) => a.width - b.width)
  for (const variant of missing) {
    const target = variantFile(imageId, variant)
    await mkdir(path.dirname(target), { recursive: true })
    await writeWhole(target, await encodeVariant(bytes, variant))
  }
  return missing.length
}

/** One variant of a photograph, the way up that it was taken. */
export function encodeVariant(photo: Uint8Array, { width, format }: Variant): Promise<Buffer> {
  return encoders[format](open(photo).resize({ width, withoutEnlargement: true })).toBuffer()
}

function open(photo: Uint8Array): Sharp {
  return sharp(photo, { limitInputPixels: MAX_PIXELS, failOn: 'error' }).rotate()
}

/** Qualities and efforts by measurement: AVIF effort 4 costs six times the CPU of effort 2 for 8 % of the bytes. */
const encoders: Record<ImageFormat, (image: Sharp) => Sharp> = {
  avif: (image) => image.avif({ quality: 50, effort: 2 }),
  webp: (image) => image.webp({ quality: 75, effort: 4 }),
  jpg: (image) => image.jpeg({ quality: 78, progressive: true, mozjpeg: true }),
}

async function writeWhole(target: string, bytes: Uint8Array): Promise<void> {
  const draft = `${target}.${randomUUID()}.part`
  try {
    await writeFile(draft, bytes, { flush: true })
    await rename(draft, target)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}
