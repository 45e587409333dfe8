import { IMAGE_CONTENT_TYPE, IMAGE_FORMATS, type ImageFormat, isImageId, isVariantWidth } from '#/domain/image-variants.ts'
import { readOriginal } from '#/server/media/originals.ts'
import { readVariant } from '#/server/media/variant-files.ts'

const FILE = new RegExp(`^(\\d{2,4})\\.(${IMAGE_FORMATS.join('|')})$`)

/**
 * A variant for ever, once it exists. Until then the photograph itself, for a moment: no shopper's request ever encodes. Nothing is asked of
 * either again (no ETag): what is immutable never changes, and what is for a moment is over by then. HEAD is answered from here, too.
 */
export async function GET(_request: Request, { params }: { params: Promise<{ id: string; file: string }> }): Promise<Response> {
  const { id, file } = await params
  const [, width, format] = FILE.exec(file) ?? []
  if (!isImageId(id) || !width || !format) return notFound()
  const variant = { width: Number(width), format: format as ImageFormat }
  const encoded = await readVariant(id, variant)
  if (encoded) return image(encoded, IMAGE_CONTENT_TYPE[variant.format], 'public, max-age=31536000, immutable')
  // Pages of an older shop may ask for widths that are encoded no more; what may be asked for besides is bounded.
  const original = isVariantWidth(variant.format, variant.width) ? await readOriginal(id) : null
  return original ? image(original, 'image/jpeg', 'public, max-age=5, s-maxage=5') : notFound()
}

function image(bytes: Buffer, contentType: string, cacheControl: string): Response {
  const headers = { 'content-type': contentType, 'content-length': String(bytes.length), 'cache-control': cacheControl }
  return new Response(new Uint8Array(bytes), { headers })
}

function notFound(): Response {
  return new Response('No such picture.', { status: 404, headers: { 'cache-control': 'public, max-age=5' } })
}
