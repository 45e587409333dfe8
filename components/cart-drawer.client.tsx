'use client'

import { type ReactNode, type Ref, useEffect, useImperativeHandle, useRef } from 'react'
import styles from './cart-drawer.module.css'
import controls from './controls.module.css'
import { isPlainClick } from './is-plain-click.ts'

export type DrawerHandle = { open(opener: HTMLElement | null): void; close(): void; focusTitle(): void }

export type DrawerProps = {
  ref: Ref<DrawerHandle>
  /** The address of the page behind. */
  page: string
  lines: ReactNode
  /** What the goods come to and what a code does; null while there is nothing to order. */
  sums: ReactNode
  /** Said politely when something was done. */
  status: string
  /** Said at once. */
  alert: string | null
  onTryAgain: (() => void) | null
  isBusy: boolean
  onOpenChange: (isOpen: boolean) => void
  /** Follows a link once the cart is settled. */
  onLeave: (href: string) => void
}

/** A second press of a button that opened the drawer is no wish to close it. */
const SECOND_PRESS_MS = 600

/**
 * The cart at the side of a page. A dialog of the browser: what is behind is inert, Escape closes, and the focus goes back to where it came
 * from.
 */
export function CartDrawer({ ref, page, lines, sums, status, alert, onTryAgain, isBusy, onOpenChange, onLeave }: DrawerProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const title = useRef<HTMLHeadingElement>(null)
  const opened = useRef<{ by: HTMLElement | null; atMs: number }>({ by: null, atMs: 0 })

  useImperativeHandle(ref, () => ({
    open(by) {
      if (dialog.current?.open) return
      opened.current = { by, atMs: performance.now() }
      dialog.current?.showModal()
      onOpenChange(true)
    },
    close: () => dialog.current?.close(),
    focusTitle: () => title.current?.focus(),
  }))

  useEffect(() => {
    // Back from another document should show the page, not what it was left with.
    const close = () => dialog.current?.close()
    addEventListener('pagehide', close)
    return () => removeEventListener('pagehide', close)
  }, [])

  const link = (href: string) => ({
    href,
    onClick: (event: React.MouseEvent) => {
      if (!isBusy || !isPlainClick(event)) return
      event.preventDefault()
      onLeave(href)
    },
  })

  const onClick = (event: React.MouseEvent) => {
    const target = event.target as Element
    if (target === dialog.current && performance.now() - opened.current.atMs > SECOND_PRESS_MS) dialog.current?.close()
    const line = target.closest('li a[href]')
    if (!line || !isPlainClick(event)) return
    if (line.getAttribute('href') === page)
      event.preventDefault() // it is behind, with what is chosen on it
    else opened.current.by = null // the focus goes to the page that comes
    dialog.current?.close()
  }

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape does what a click beside it does.
    <dialog
      ref={dialog}
      className={styles.drawer}
      aria-labelledby="cart-drawer-title"
      onClick={onClick}
      onClose={() => {
        onOpenChange(false)
        if (opened.current.by?.isConnected) opened.current.by.focus({ preventScroll: true })
      }}
    >
      <div className={styles.sheet}>
        <header className={styles.head}>
          <h2 id="cart-drawer-title" ref={title} tabIndex={-1} className={styles.title}>
            Cart
          </h2>
          <button type="button" className={controls.plain} onClick={() => dialog.current?.close()}>
            Close<span className="hidden"> the cart</span>
          </button>
        </header>
        <div className={styles.body}>
          <p role="status" className={styles.status}>
            {status}
          </p>
          <div role="alert" className={styles.alert}>
            {alert && <p>{alert}</p>}
            {alert && onTryAgain && (
              <button type="button" className={controls.plain} onClick={onTryAgain}>
                Try again
              </button>
            )}
          </div>
          {lines}
        </div>
        {sums && (
          <footer className={styles.foot} aria-busy={isBusy}>
            {sums}
            <a className={controls.button} {...link('/checkout')}>
              Checkout
            </a>
            <a className={styles.all} {...link('/cart')}>
              View cart
            </a>
          </footer>
        )}
      </div>
    </dialog>
  )
}
