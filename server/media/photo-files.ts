import { readdir } from 'node:fs/promises'
import path from 'node:path'

const FOLDER = path.join(process.cwd(), 'prisma', 'photos')
const NAME = /^[a-z0-9][a-z0-9-]{0,80}\.jpg$/

/** Where a photograph is kept as it was given. Throws for a name that would lead elsewhere. */
export function photoFile(name: string): string {
  if (!NAME.test(name)) throw new Error(`not the name of a photograph: ${JSON.stringify(name)}`)
  return path.join(FOLDER, name)
}

export async function photoNames(): Promise<string[]> {
  return (await readdir(FOLDER)).filter((name) => NAME.test(name))
}
