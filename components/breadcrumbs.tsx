import styles from './breadcrumbs.module.css'

export type Crumb = { readonly name: string; readonly href: string }

/** The way from the front page to where one is, which stands last and is no link. */
export function Breadcrumbs({ way, here }: { way: readonly Crumb[]; here: string }) {
  return (
    <nav aria-label="Breadcrumb">
      <ol className={styles.way}>
        {way.map(({ name, href }) => (
          <li key={href}>
            <a href={href}>{name}</a>
          </li>
        ))}
        <li aria-current="page">{here}</li>
      </ol>
    </nav>
  )
}
