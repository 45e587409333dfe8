import type { ReactNode } from 'react'
import { Photo, type PhotoSource } from '#/components/photo.tsx'
import styles from './bought-line.module.css'

/** One line of what is being, or was, bought: a small photograph where there is one, words, and what it costs. */
export function BoughtLine({
  picture,
  quantity,
  name,
  label,
  amount,
}: {
  picture: PhotoSource | null
  quantity: number
  name: ReactNode
  label: string
  amount: string
}) {
  return (
    <li className={styles.line}>
      {/* Its name stands beside it. */}
      <div className={styles.picture}>{picture && <Photo photo={{ ...picture, alt: '' }} crop="4/5" sizes="4rem" />}</div>
      <p>
        {`${quantity} × `}
        {name}
        {label && <span className={styles.label}>{label}</span>}
      </p>
      <span className="money">{amount}</span>
    </li>
  )
}
