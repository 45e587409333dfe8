import styles from './variant-choice.module.css'

export type ChoiceLink = {
  readonly value: string
  readonly href: string
  readonly chosen: boolean
  /** The address without what comes after this option, and the words of the next one that may be added to it. */
  readonly base: string
  readonly last: readonly string[]
}

/** The values of an option that comes before the last: each is a page of its own. */
export function VariantLinks({ name, links }: { name: string; links: readonly ChoiceLink[] }) {
  return (
    <nav aria-label={name} className={styles.option}>
      <p className={styles.name}>{name}</p>
      <ul className={cellsFor(links.map(({ value }) => value))}>
        {links.map(({ value, href, chosen, base, last }) => (
          <li key={value}>
            <a
              href={href}
              className={styles.cell}
              aria-current={chosen ? 'true' : undefined}
              data-base={base}
              data-last={last.join(' ') || undefined}
            >
              <span className={styles.value}>{value}</span>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}

/** `label` has all that the variant is chosen by, `value` what this option says of it. */
export type ChoiceRadio = { readonly sku: string; readonly label: string; readonly value: string; readonly notes: readonly string[] }

/** The values of the last option, which the form sends. Each has a place for what a script knows of its stock: `data-stock-of`. */
export function VariantRadios({ name, chosen, radios }: { name: string; chosen: string; radios: readonly ChoiceRadio[] }) {
  return (
    <fieldset className={styles.option}>
      <legend className={styles.name}>{name}</legend>
      <div className={cellsFor(radios.map(({ value, notes }) => [value, ...notes].join(' ')))}>
        {radios.map(({ sku, label, value, notes }) => (
          <label key={sku} className={styles.cell}>
            <input
              type="radio"
              name="sku"
              value={sku}
              required
              defaultChecked={sku === chosen}
              data-label={label === value ? undefined : label}
            />
            <span className={styles.value}>{value}</span>
            {notes.map((note) => (
              <span key={note} className={styles.note}>
                {note}
              </span>
            ))}
            <span className={styles.mark} data-stock-of={sku} />
          </label>
        ))}
      </div>
    </fieldset>
  )
}

/** Sizes stand close; words need room, and words with a price more. */
function cellsFor(texts: readonly string[]): string {
  const longest = Math.max(...texts.map((text) => text.length))
  return [styles.cells, longest > 12 ? styles.wide : longest > 4 ? styles.medium : null].filter(Boolean).join(' ')
}
