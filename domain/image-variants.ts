export const IMAGE_FORMATS = ['avif', 'webp', 'jpg'] as const
export type ImageFormat = (typeof IMAGE_FORMATS)[number]

/**
 * Widths in pixels that are encoded for each format; none is wider than the photograph. Seven, chosen so that what usual screens ask of our
 * pages costs few bytes more than its exact width would (docs/decisions/0015). JPEG is a fallback for old browsers only.
 */
const WIDTHS: Record<ImageFormat, readonly number[]> = {
  avif: [192, 352, 544, 672, 1024, 1280, 1600],
  webp: [192, 352, 544, 672, 1024, 1280, 1600],
  jpg: [544, 1024],
}

export const IMAGE_CONTENT_TYPE: Record<ImageFormat, string> = { avif: 'image/avif', webp: 'image/webp', jpg: 'image/jpeg' }

const IMAGE_ID = /^[0-9a-f]{16}$/

export function isImageId(text: string): boolean {
  return IMAGE_ID.test(text)
}

/** Whether photographs are encoded at this width. */
export function isVariantWidth(format: ImageFormat, width: number): boolean {
  return WIDTHS[format].includes(width)
}

/** The widths that exist of a photograph of this width, smallest first; a small photograph keeps at least its own. */
export function widthsOf(format: ImageFormat, sourceWidth: number): number[] {
  const widths = WIDTHS[format].filter((width) => width <= sourceWidth)
  return widths.length > 0 ? widths : [sourceWidth]
}

/** The public address of a variant. It may be asked for before the variant exists (see app/media). */
export function imagePath(imageId: string, width: number, format: ImageFormat): string {
  return `/media/${imageId}/${width}.${format}`
}

/** Every variant of a photograph in one format, as a `srcset`. */
export function imageSrcSet(photo: { readonly id: string; readonly width: number }, format: ImageFormat): string {
  return widthsOf(format, photo.width)
    .map((width) => `${imagePath(photo.id, width, format)} ${width}w`)
    .join(', ')
}
