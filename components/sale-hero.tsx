import type { ReactNode } from 'react'
import controls from './controls.module.css'
import { Photo, type PhotoSource } from './photo.tsx'
import styles from './sale-hero.module.css'

/** Two fifths of the page where there is room for two columns, else its width. */
export const HERO_SIZES = '(min-width: 86rem) 33rem, (min-width: 60rem) 39vw, 92vw'

/** How a page opens that has one thing to say: large words, a photograph, and where to go. `clock` is whatever says for how long. */
export function SaleHero({
  title,
  text,
  picture,
  clock,
  link,
}: {
  title: string
  text: string
  picture: PhotoSource | null
  clock?: ReactNode
  link?: { readonly href: string; readonly words: string }
}) {
  return (
    <div className={styles.hero}>
      <div className={styles.words}>
        <h1 className={clock ? styles.onSale : styles.title}>{title}</h1>
        <div className={styles.lead}>
          <p className={styles.text}>{text}</p>
          {clock && <div className={styles.clock}>{clock}</div>}
          {link && (
            <p>
              <a href={link.href} className={controls.button}>
                {link.words}
              </a>
            </p>
          )}
        </div>
      </div>
      {picture && (
        <div className={styles.picture}>
          <Photo photo={picture} crop="4/5" sizes={HERO_SIZES} priority="lcp" />
        </div>
      )}
    </div>
  )
}
