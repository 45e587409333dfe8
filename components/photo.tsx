import type { CSSProperties } from 'react'
import { preload } from 'react-dom'
import { coverSizes } from '#/domain/cover-sizes.ts'
import { type ImageFormat, imagePath, imageSrcSet, widthsOf } from '#/domain/image-variants.ts'
import styles from './photo.module.css'

export type PhotoSource = {
  readonly id: string
  readonly width: number
  readonly height: number
  readonly alt: string
  readonly focalX: number
  readonly focalY: number
  /** A few bytes of WebP, as base64, that stand in its place until it is there. Each is a hash in the page's policy: a handful a page. */
  readonly blur?: string | null
}

/** Ratios of frames, width by height. */
const CROPS = {
  '4/5': { ratio: 4 / 5, className: styles.fourByFive },
  '1/1': { ratio: 1, className: styles.square },
  '3/2': { ratio: 3 / 2, className: styles.threeByTwo },
} as const

export type Crop = keyof typeof CROPS

/** `lcp` is the largest of the first screen, one a page: it is preloaded. `eager` is on the first screen too, `lazy` waits until it is near. */
export type PhotoPriority = 'lcp' | 'eager' | 'lazy'

/**
 * A photograph as AVIF, WebP or JPEG, whichever the browser takes, at the width it needs. `sizes` is how wide its frame is. `crop` is the
 * ratio of the frame, which the photograph covers by its focal point; without one the whole picture is shown, at most as high as the window.
 */
export function Photo({
  photo,
  sizes,
  crop,
  priority = 'lazy',
}: {
  photo: PhotoSource
  sizes: string
  crop?: Crop
  priority?: PhotoPriority
}) {
  if (priority === 'lcp') preloadPhoto(photo, sizes, crop)
  const fallback = widthsOf('jpg', photo.width)
  const own = sizesOf(photo, sizes, crop)
  return (
    <picture className={`${styles.frame} ${crop ? `${CROPS[crop].className} ${focalClasses(photo)}` : styles.whole}`} style={blurOf(photo)}>
      <source type="image/avif" srcSet={imageSrcSet(photo, 'avif')} sizes={own} />
      <source type="image/webp" srcSet={imageSrcSet(photo, 'webp')} sizes={own} />
      <img
        className={styles.image}
        src={imagePath(photo.id, fallback[fallback.length - 1] ?? photo.width, 'jpg')}
        srcSet={imageSrcSet(photo, 'jpg')}
        sizes={own}
        width={photo.width}
        height={photo.height}
        alt={photo.alt}
        loading={priority === 'lazy' ? 'lazy' : 'eager'}
        decoding="async"
        {...(priority === 'lcp' && { fetchPriority: 'high' })}
      />
    </picture>
  )
}

/** Asks for a photograph ahead of everything else. `Photo` does it for the one of the page that is `lcp`; asked for twice it is asked for once. */
export function preloadPhoto(photo: PhotoSource, sizes: string, crop?: Crop): void {
  const format: ImageFormat = 'avif'
  preload(imagePath(photo.id, widthsOf(format, photo.width)[0] ?? photo.width, format), {
    as: 'image',
    type: 'image/avif',
    fetchPriority: 'high',
    imageSrcSet: imageSrcSet(photo, format),
    imageSizes: sizesOf(photo, sizes, crop),
  })
}

function sizesOf({ width, height }: PhotoSource, sizes: string, crop: Crop | undefined): string {
  return crop ? coverSizes(sizes, width / height, CROPS[crop].ratio) : sizes
}

/** The focal point to the next tenth: a class, because a policy counts every different `style`. The middle needs none. */
function focalClasses({ focalX, focalY }: PhotoSource): string {
  const tenth = (part: number) => Math.min(10, Math.max(0, Math.round(part * 10)))
  return [styles[`x${tenth(focalX)}`], styles[`y${tenth(focalY)}`]].filter(Boolean).join(' ')
}

/** Behind the photograph, which covers it once it is painted. */
function blurOf({ blur }: PhotoSource): CSSProperties | undefined {
  return blur ? { backgroundImage: `url(data:image/webp;base64,${blur})` } : undefined
}
