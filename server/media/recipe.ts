import { createHash } from 'node:crypto'

/** Part of every image's id: a changed recipe gives new ids, so that no cache anywhere keeps an old encoding under a new promise. */
export const IMAGE_RECIPE_VERSION = '1'

export const IMAGE_FORMATS = ['avif', 'webp', 'jpg'] as const
export type ImageFormat = (typeof IMAGE_FORMATS)[number]

/** Widths in pixels that are encoded for each format; none is wider than the photograph. JPEG is a fallback for old browsers only. */
export const IMAGE_WIDTHS: Record<ImageFormat, readonly number[]> = {
  avif: [320, 480, 640, 768, 960, 1280, 1600],
  webp: [320, 480, 640, 768, 960, 1280, 1600],
  jpg: [480, 960],
}

export const IMAGE_CONTENT_TYPE: Record<ImageFormat, string> = { avif: 'image/avif', webp: 'image/webp', jpg: 'image/jpeg' }

const IMAGE_ID = /^[0-9a-f]{16}$/

export function isImageId(text: string): boolean {
  return IMAGE_ID.test(text)
}

/** Content-addressed: 16 hex digits of SHA-256 over the photograph's bytes and the recipe. */
export function imageIdOf(bytes: Uint8Array): string {
  return createHash('sha256').update(`recipe ${IMAGE_RECIPE_VERSION}\n`).update(bytes).digest('hex').slice(0, 16)
}

/** The widths that exist of a photograph of this width, smallest first; a small photograph keeps at least its own. */
export function widthsOf(format: ImageFormat, sourceWidth: number): number[] {
  const widths = IMAGE_WIDTHS[format].filter((width) => width <= sourceWidth)
  return widths.length > 0 ? widths : [sourceWidth]
}

/** The public address of a variant. It may be asked for before the variant exists (see app/media). */
export function imagePath(imageId: string, width: number, format: ImageFormat): string {
  return `/media/${imageId}/${width}.${format}`
}
