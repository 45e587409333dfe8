import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { env } from '../env.ts'

const SEED_FOLDER = path.join(process.cwd(), 'prisma', 'photos')
const SEED_NAME = /^[a-z0-9][a-z0-9-]{0,80}\.jpg$/

/** What the shop added itself is kept with its variants, which every process of the store sees, and is named by its id. */
export const ADDED = 'originals/'
const ADDED_NAME = /^originals\/([0-9a-f]{16})\.jpg$/

export function addedName(imageId: string): string {
  return `${ADDED}${imageId}.jpg`
}

/**
 * Where a photograph is kept, by the `file` of its row: `ash-chair.jpg` came with the seed, `originals/0123456789abcdef.jpg` was added by the
 * shop. Throws for a name that would lead elsewhere.
 */
export function photoFile(name: string, mediaDir: () => string = () => env().MEDIA_DIR): string {
  if (SEED_NAME.test(name)) return path.join(SEED_FOLDER, name)
  if (ADDED_NAME.test(name)) return path.join(/* turbopackIgnore: true */ mediaDir(), name)
  throw new Error(`not the name of a photograph: ${JSON.stringify(name)}`)
}

export async function seedPhotoNames(): Promise<string[]> {
  return (await readdir(SEED_FOLDER)).filter((name) => SEED_NAME.test(name))
}
