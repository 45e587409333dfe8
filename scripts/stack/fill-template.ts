import fs from 'node:fs'

/** A template with what stands in {{ }} filled in. Throws when it asks for what nobody fills in. */
export function fillTemplate(file: string, values: Readonly<Record<string, string>>): string {
  return fs.readFileSync(file, 'utf8').replace(/\{\{(\w+)\}\}/g, (whole, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`nothing is known to fill ${whole} with`)
    return value
  })
}
