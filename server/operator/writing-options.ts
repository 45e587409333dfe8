/** What every command that changes something can be told, whatever it is about. */
export const WRITING_OPTIONS = {
  'dry-run': { type: 'boolean', default: false },
  yes: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

/** Whether it is to be done. `--dry-run` holds whatever else is said. */
export function isMeant(values: { readonly yes: boolean; readonly 'dry-run': boolean }): boolean {
  return values.yes && !values['dry-run']
}
