import type { Metadata } from 'next'
import { SubmitButton } from '#/components/submit-button.client.tsx'
import { emptyAction } from './actions.ts'

export const metadata: Metadata = { title: 'Empty' }

/** Not part of the store: only a build of the bench has files of this ending as pages (next.config.mjs). */
export default function EmptyActionPage() {
  return (
    <main id="content">
      <form action={emptyAction}>
        <SubmitButton pending="Doing nothing…">Do nothing</SubmitButton>
      </form>
    </main>
  )
}
