'use client'

import { useFormStatus } from 'react-dom'
import controls from './controls.module.css'

/** A form's button that says so while the form is on its way. Before, and without, JavaScript it is a plain button. */
export function SubmitButton({ children, pending }: { children: string; pending: string }) {
  const status = useFormStatus()
  return (
    <button type="submit" className={controls.button} disabled={status.pending}>
      {status.pending ? pending : children}
    </button>
  )
}
