import { type Failure, fail, ok, type Result } from '#/domain/result.ts'
import { blurOf } from './blur.ts'
import { decodePhoto, MAX_PIXELS, readHeader } from './decoder.ts'
import { imageIdOf } from './recipe.ts'

/** More than a camera's largest JPEG. Nothing of a larger file is looked at. */
export const MAX_BYTES = 25 * 1024 * 1024

/** Of the shorter side, in pixels: less looks soft on a product page. */
const LEAST_SIDE = 600

/** Of the longer side, in pixels: twice the widest variant, so that a later recipe has something to work with. */
const KEPT_SIDE = 3200

const TIMEOUT_SECONDS = 60

/** How a JPEG, PNG, WebP or AVIF begins: one that goes on as nothing else was one once. */
const BEGINNING = /^(\xff\xd8\xff|\x89PNG\r\n|RIFF.{4}WEBP|.{4}ftypavi[fs])/s

/** A photograph that may be shown: `bytes` is a JPEG of our own making, `blur` as in blur.ts. */
export type AcceptedPhoto = {
  readonly id: string
  readonly width: number
  readonly height: number
  readonly bytes: Buffer
  readonly blur: string
}

/** Pixels as they are shown, whichever way the camera was held. */
type Pixels = { readonly width: number; readonly height: number }

export type PhotoRefusal =
  | (Failure<'TOO_LARGE'> & { readonly mostBytes: number })
  | Failure<'NOT_A_PHOTOGRAPH'>
  | (Failure<'ANIMATED'> & { readonly pages: number })
  | (Failure<'TOO_MANY_PIXELS'> & Pixels & { readonly mostPixels: number })
  | (Failure<'TOO_SMALL'> & Pixels & { readonly leastSide: number })
  | Failure<'DAMAGED'>

/**
 * Judges bytes that anybody may have made, by what they hold and never by a name: JPEG, PNG, WebP or AVIF, one still picture, not too large
 * and not too small, whole. What is accepted is decoded and encoded anew in sRGB, so that nothing is left of positions, names, profiles,
 * comments, or whatever else was hidden in the file or behind its end. Its header is judged before any pixel is decoded.
 */
export async function acceptPhoto(bytes: Uint8Array): Promise<Result<AcceptedPhoto, PhotoRefusal>> {
  if (bytes.length > MAX_BYTES) return fail('TOO_LARGE', { mostBytes: MAX_BYTES })
  const header = await readHeader(bytes).catch(() => null)
  // AVIF shares its container with formats that no browser shows.
  if (!header && BEGINNING.test(Buffer.from(bytes.subarray(0, 12)).toString('latin1'))) return fail('DAMAGED')
  if (!header || (header.format === 'heif' && header.compression !== 'av1')) return fail('NOT_A_PHOTOGRAPH')
  const { pages = 1, autoOrient } = header
  const { width, height } = autoOrient
  if (pages > 1) return fail('ANIMATED', { pages })
  if (width * height > MAX_PIXELS) return fail('TOO_MANY_PIXELS', { width, height, mostPixels: MAX_PIXELS })
  if (Math.min(width, height) < LEAST_SIDE) return fail('TOO_SMALL', { width, height, leastSide: LEAST_SIDE })
  const cleaned = await clean(bytes).catch(() => null)
  if (!cleaned) return fail('DAMAGED')
  const { data, info } = cleaned
  return ok({ id: imageIdOf(data), width: info.width, height: info.height, bytes: data, blur: await blurOf(data) })
}

/** The same picture as a JPEG that holds nothing else: without an instruction to the contrary sharp keeps no metadata. */
function clean(bytes: Uint8Array) {
  return decodePhoto(bytes)
    .resize(KEPT_SIDE, KEPT_SIDE, { fit: 'inside', withoutEnlargement: true })
    .flatten({ background: '#fff' })
    .toColourspace('srgb')
    .jpeg({ quality: 92, chromaSubsampling: '4:4:4', mozjpeg: true })
    .timeout({ seconds: TIMEOUT_SECONDS })
    .toBuffer({ resolveWithObject: true })
}
