import { IMAGE_CONTENT_TYPE, IMAGE_FORMATS, type ImageFormat, isImageId, isVariantWidth } from '#/domain/image-variants.ts'
import { isSocialImageFile } from '#/domain/social-image.ts'
import { readOriginal } from '#/server/media/originals.ts'
import { readSocialImage } from '#/server/media/social-file.ts'
import { readVariant } from '#/server/media/variant-files.ts'

const FILE = new RegExp(`^(\\d{2,4})\\.(${IMAGE_FORMATS.join('|')})$`)

/**
 * A variant for ever, once it exists. Until then the photograph itself, for a moment: no shopper's request ever encodes. Nothing is asked of
 * either again (no ETag): what is immutable never changes, and what is for a moment is over by then. HEAD is answered from here, too.
 */
export async function GET(_request: Request, { params }: { params: Promise<{ id: string; file: string }> }): Promise<Response> {
  const { id, file } = await params
  if (isImageId(id) && isSocialImageFile(file)) return answer(id, await readSocialImage(id, file), 'image/jpeg')
  const [, width, format] = FILE.exec(file) ?? []
  if (!isImageId(id) || !width || !format) return notFound()
  const variant = { width: Number(width), format: format as ImageFormat }
  const encoded = await readVariant(id, variant)
  // Pages of an older shop may ask for widths that are encoded no more; what may be asked for besides is bounded.
  if (!encoded && !isVariantWidth(variant.format, variant.width)) return notFound()
  return answer(id, encoded, IMAGE_CONTENT_TYPE[variant.format])
}

async function answer(id: string, encoded: Buffer | null, contentType: string): Promise<Response> {
  if (encoded) return image(encoded, contentType, 'public, max-age=31536000, immutable')
  const original = await readOriginal(id)
  return original ? image(original, 'image/jpeg', 'public, max-age=5, s-maxage=5') : notFound()
}

function image(bytes: Buffer, contentType: string, cacheControl: string): Response {
  const headers = { 'content-type': contentType, 'content-length': String(bytes.length), 'cache-control': cacheControl }
  return new Response(new Uint8Array(bytes), { headers })
}

function notFound(): Response {
  return new Response('No such picture.', { status: 404, headers: { 'cache-control': 'public, max-age=5' } })
}
