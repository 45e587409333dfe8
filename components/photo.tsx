import { type ImageFormat, imagePath, widthsOf } from '#/domain/image-variants.ts'
import styles from './photo.module.css'

export type PhotoSource = {
  readonly id: string
  readonly width: number
  readonly height: number
  readonly alt: string
  readonly focalX: number
  readonly focalY: number
}

/**
 * A photograph as AVIF, WebP or JPEG, whichever the browser takes, at the width it needs. `crop` is the ratio of its frame; without one
 * the whole picture is shown. The first one of a page is `eager`, all others wait until they are near.
 */
export function Photo({ photo, sizes, crop, eager = false }: { photo: PhotoSource; sizes: string; crop?: string; eager?: boolean }) {
  const fallback = widthsOf('jpg', photo.width)
  return (
    <picture
      className={crop ? styles.frame : `${styles.frame} ${styles.whole}`}
      style={{ aspectRatio: crop ?? `${photo.width} / ${photo.height}` }}
    >
      <source type="image/avif" srcSet={srcSet(photo, 'avif')} sizes={sizes} />
      <source type="image/webp" srcSet={srcSet(photo, 'webp')} sizes={sizes} />
      <img
        className={styles.image}
        src={imagePath(photo.id, fallback[fallback.length - 1] ?? photo.width, 'jpg')}
        srcSet={srcSet(photo, 'jpg')}
        sizes={sizes}
        width={photo.width}
        height={photo.height}
        alt={photo.alt}
        loading={eager ? 'eager' : 'lazy'}
        fetchPriority={eager ? 'high' : 'auto'}
        decoding="async"
        style={{ objectPosition: `${photo.focalX * 100}% ${photo.focalY * 100}%` }}
      />
    </picture>
  )
}

function srcSet(photo: PhotoSource, format: ImageFormat): string {
  return widthsOf(format, photo.width)
    .map((width) => `${imagePath(photo.id, width, format)} ${width}w`)
    .join(', ')
}
