import { imagePath, widthsOf } from '#/domain/image-variants.ts'
import styles from './gallery.module.css'
import { Photo, type PhotoSource } from './photo.tsx'

/** Half of the page or a little more where there is room for words beside it, else its width. */
const GALLERY_SIZES = '(min-width: 86rem) 46rem, (min-width: 60rem) 54vw, 92vw'

const THUMBNAIL_SIZES = '5rem'

/** One frame for all photographs of a product, near to the shape of the first, so that little of it is cut off and nothing jumps. */
export function frameOf({ width, height }: PhotoSource): '3/2' | '1/1' | '4/5' {
  const ratio = width / height
  return ratio > 1.2 ? '3/2' : ratio > 0.9 ? '1/1' : '4/5'
}

/**
 * A product's photographs in a row that is swiped, scrolled with the keys, or gone through by links to each of them: all of it without a
 * script. A photograph leads to itself as large as there is, which gallery.client.ts shows on the page.
 */
export function Gallery({ photos, of }: { photos: readonly PhotoSource[]; of: string }) {
  const [first] = photos
  if (!first) return null
  const several = photos.length > 1
  const crop = frameOf(first)
  return (
    <div className={styles.gallery} data-gallery>
      <section
        className={styles.row}
        aria-label={`Photographs of ${of}`}
        tabIndex={several ? 0 : undefined} // scrolled with the arrow keys
        data-gallery-row
      >
        <ul className={styles.slides}>
          {photos.map((photo, i) => (
            <li key={photo.id} id={`photo-${i + 1}`} className={styles.slide}>
              <a
                href={imagePath(photo.id, widthsOf('avif', photo.width).at(-1) ?? photo.width, 'avif')}
                className={i === 0 ? `${styles.large} ${styles.main}` : styles.large}
                data-zoom={`${photo.width}x${photo.height}`}
                data-focal={`${photo.focalX} ${photo.focalY}`}
              >
                <Photo photo={photo} crop={crop} sizes={GALLERY_SIZES} priority={i === 0 ? 'lcp' : 'lazy'} />
                <span className="hidden">See it larger</span>
              </a>
              {several && (
                <p className={styles.caption}>
                  <span>{`${i + 1} of ${photos.length}`}</span>
                  {i > 0 && <a href={`#photo-${i}`}>Previous</a>}
                  {i < photos.length - 1 && <a href={`#photo-${i + 2}`}>Next</a>}
                </p>
              )}
            </li>
          ))}
        </ul>
      </section>
      {several && (
        <ol className={styles.thumbnails}>
          {photos.map((photo, i) => (
            <li key={photo.id}>
              <a href={`#photo-${i + 1}`} aria-current={i === 0 ? 'true' : undefined}>
                <Photo photo={photo} crop={crop} sizes={THUMBNAIL_SIZES} />
              </a>
            </li>
          ))}
        </ol>
      )}
      <dialog className={styles.zoom} aria-label={`A photograph of ${of}, larger`} data-zoom-dialog>
        <form method="dialog">
          <button type="submit">Close</button>
        </form>
        <div className={styles.plate} data-zoom-plate />
      </dialog>
    </div>
  )
}
