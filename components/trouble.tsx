import type { ReactNode } from 'react'
import styles from './trouble.module.css'

type TroubleProps = { title: string; children: ReactNode; way: ReactNode; press?: string; retry: () => void }

/**
 * Says that something broke, with a way to try again and one to go on. It has to be there when nothing more can be loaded, so every page
 * starts with its code: that is why it is no more than this.
 */
export function Trouble({ title, children, way, press = 'Try again', retry }: TroubleProps) {
  return (
    <main id="content" className={styles.trouble}>
      <h1>{title}</h1>
      <p>{children}</p>
      <button type="button" onClick={() => retry()}>
        {press}
      </button>
      {way}
    </main>
  )
}
