import type { Metadata } from 'next'
import { cachedCredits } from '#/server/web/catalog.ts'
import { pageMetadata } from '../page-metadata.ts'
import styles from './credits.module.css'

export const metadata: Metadata = pageMetadata({
  title: 'Photographs',
  description: 'Who took the photographs in this shop, where they gave them away, and under which licence.',
  path: '/credits',
})

export default async function CreditsPage() {
  const credits = await cachedCredits()
  return (
    <main id="content" className={styles.page}>
      <h1>Photographs</h1>
      <p>
        The things in this shop are not for sale, but their photographs are real. They were taken by{' '}
        {new Set(credits.map((c) => c.photographer)).size} photographers who gave them away, and to whom we are grateful.
      </p>
      <ul className={styles.list}>
        {credits.map((credit) => (
          <li key={credit.file}>
            {credit.photographer}{' '}
            <span className="quiet">{`${credit.file.replace('.jpg', '').replaceAll('-', ' ')}, ${credit.source}, ${credit.license}`}</span>
          </li>
        ))}
      </ul>
    </main>
  )
}
