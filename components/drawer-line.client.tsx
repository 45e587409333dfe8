'use client'

import styles from './cart-drawer.module.css'
import controls from './controls.module.css'
import { Photo, type PhotoSource } from './photo.tsx'

export type DrawerLineProps = {
  href: string
  name: string
  label: string
  picture: PhotoSource | null
  quantity: number
  maxQuantity: number
  /** Formatted; null while nobody knows. */
  amount: string | null
  problem: string | null
  /** What is being done with it right now; empty for nothing. */
  busy: string
  onSet: (quantity: number) => void
}

/** A line of the cart drawer, with a stepper. What may not be pressed right now can still be reached, and says that it does nothing. */
export function DrawerLine({ href, name, label, picture, quantity, maxQuantity, amount, problem, busy, onSet }: DrawerLineProps) {
  return (
    <li className={styles.line} aria-busy={busy !== ''}>
      <div className={styles.picture}>{picture && <Photo photo={{ ...picture, alt: '' }} crop="4/5" sizes="5.5rem" />}</div>
      <div className={styles.what}>
        <a href={href}>{name}</a>
        {label && <p className="quiet small">{label}</p>}
        {problem && <p className={styles.problem}>{problem}</p>}
      </div>
      <p className={`money ${styles.amount}`}>{busy && amount === null ? <span className="quiet small">{busy}</span> : (amount ?? '–')}</p>
      <div className={styles.steps}>
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would bring a border and a legend for two buttons. */}
        <div role="group" aria-label={`Quantity of ${name}`} className={styles.stepper}>
          <Step words="One less" isOff={quantity <= 1} onPress={() => onSet(quantity - 1)}>
            −
          </Step>
          <span className={styles.quantity}>{quantity}</span>
          <Step words="One more" isOff={quantity >= maxQuantity} onPress={() => onSet(quantity + 1)}>
            +
          </Step>
        </div>
        <button type="button" className={controls.plain} onClick={() => onSet(0)}>
          Remove<span className="hidden">{` ${name}`}</span>
        </button>
      </div>
    </li>
  )
}

function Step({ words, isOff, onPress, children }: { words: string; isOff: boolean; onPress: () => void; children: string }) {
  return (
    <button type="button" className={styles.step} aria-label={words} aria-disabled={isOff} onClick={() => !isOff && onPress()}>
      {children}
    </button>
  )
}
