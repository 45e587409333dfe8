import type { ReactNode } from 'react'
import controls from '#/components/controls.module.css'
import styles from './checkout.module.css'

type Field = { readonly name: string; readonly value: string | undefined; readonly error: string | undefined }
type Choice = { readonly value: string; readonly label: string }

/** Labels are around their fields: a page that the router keeps hidden may have a field of the same id. */
export function TextField({
  name,
  value,
  error,
  label,
  ...input
}: Field & { label: string; type?: 'text' | 'email'; autoComplete: string; maxLength: number }) {
  return (
    <div className={controls.field}>
      <label className={controls.field}>
        {label}
        <input {...input} id={name} name={name} defaultValue={value ?? ''} required {...describedBy(name, error)} />
      </label>
      <Problem name={name} error={error} />
    </div>
  )
}

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

/** One of a few, each with a line of its own. The group that it is in has the name. */
export function ChoiceField({
  name,
  value,
  error,
  choices,
}: Field & { choices: readonly { readonly value: string; readonly label: ReactNode; readonly note: ReactNode }[] }) {
  const chosen = value ?? choices[0]?.value
  return (
    <>
      {choices.map((choice, i) => (
        <label key={choice.value} className={controls.choice}>
          <input
            type="radio"
            id={i === 0 ? name : undefined}
            name={name}
            value={choice.value}
            defaultChecked={choice.value === chosen}
            required
            {...describedBy(name, error)}
          />
          <span className={styles.choice}>
            <span>{choice.label}</span>
            <span className="quiet">{choice.note}</span>
          </span>
        </label>
      ))}
      <Problem name={name} error={error} />
    </>
  )
}

/** A part of the form, with its heading on a rule; they are numbered as they come. */
export function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <fieldset className={styles.part}>
      <legend>{title}</legend>
      {children}
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
