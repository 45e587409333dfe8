import path from 'node:path'

const PHOTOS = path.join(process.cwd(), 'prisma', 'photos')

/** Where a photograph is kept as it was given. Throws for a name that would lead elsewhere. */
export function photoFile(name: string): string {
  if (!/^[a-z0-9][a-z0-9-]{0,80}\.jpg$/.test(name)) throw new Error(`not the name of a photograph: ${JSON.stringify(name)}`)
  return path.join(PHOTOS, name)
}
