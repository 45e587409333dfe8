import controls from '#/components/controls.module.css'
import styles from './checkout.module.css'

type Field = { readonly name: string; readonly value: string | undefined; readonly error: string | undefined }
type Choice = { readonly value: string; readonly label: string }

export function TextField({
  name,
  value,
  error,
  label,
  ...input
}: Field & { label: string; type?: 'text' | 'email'; autoComplete: string; maxLength: number }) {
  return (
    <div className={controls.field}>
      <label htmlFor={name}>{label}</label>
      <input {...input} id={name} name={name} defaultValue={value ?? ''} required {...describedBy(name, error)} />
      <Problem name={name} error={error} />
    </div>
  )
}

/** The label is around the field: a page that the router keeps hidden may have a field of the same id. */
export function SelectField({
  name,
  value,
  error,
  label,
  autoComplete,
  choices,
  first,
}: Field & { label: string; autoComplete: string; choices: readonly Choice[]; first?: string }) {
  return (
    <div className={controls.field}>
      <label className={controls.field}>
        {label}
        <select
          id={name}
          name={name}
          autoComplete={autoComplete}
          defaultValue={value ?? first ?? choices[0]?.value}
          required
          {...describedBy(name, error)}
        >
          {choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.label}
            </option>
          ))}
        </select>
      </label>
      <Problem name={name} error={error} />
    </div>
  )
}

export function ChoiceField({
  name,
  value,
  error,
  legend,
  choices,
}: Field & { legend: string; choices: readonly (Choice & { note: string })[] }) {
  const chosen = value ?? choices[0]?.value
  return (
    <fieldset className={styles.group} aria-describedby={error && problemId(name)}>
      <legend>{legend}</legend>
      {choices.map((choice) => (
        <label key={choice.value} className={controls.choice}>
          <input type="radio" name={name} value={choice.value} defaultChecked={choice.value === chosen} required />
          <span className={styles.choice}>
            <span>{choice.label}</span>
            <span className="quiet">{choice.note}</span>
          </span>
        </label>
      ))}
      <Problem name={name} error={error} />
    </fieldset>
  )
}

function Problem({ name, error }: { name: string; error: string | undefined }) {
  return error ? (
    <span id={problemId(name)} className={controls.error}>
      {error}
    </span>
  ) : null
}

function describedBy(name: string, error: string | undefined) {
  return error ? { 'aria-invalid': true, 'aria-describedby': problemId(name) } : {}
}

function problemId(name: string): string {
  return `${name}-error`
}
