'use server'

import { redirect } from 'next/navigation'

/** What the framework itself costs a press: it leads where a placed order would, and does nothing. */
export async function emptyAction(_form: FormData): Promise<void> {
  redirect('/orders/00000000-0000-4000-8000-000000000000')
}
