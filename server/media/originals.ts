import { readFile } from 'node:fs/promises'
import { addedName, photoFile, seedPhotoNames } from './photo-files.ts'
import { imageIdOf } from './recipe.ts'

let seedNames: Promise<Map<string, string>> | undefined

/**
 * The photograph itself, a JPEG, for as long as its variants are being made; null when no photograph has that id. One that was added is found
 * by its id, by whichever process it was added.
 */
export async function readOriginal(imageId: string): Promise<Buffer | null> {
  const added = await readFile(photoFile(addedName(imageId))).catch(ifMissing)
  if (added) return added
  seedNames ??= hashSeed().catch((error: unknown) => {
    seedNames = undefined // the next picture that is asked for tries again
    throw error
  })
  const name = (await seedNames).get(imageId)
  return name ? readFile(photoFile(name)) : null
}

/** Once a process: some 6 MB read and hashed, so that no request asks Postgres where a photograph is. */
async function hashSeed(): Promise<Map<string, string>> {
  const names = await seedPhotoNames()
  return new Map(await Promise.all(names.map(async (name) => [imageIdOf(await readFile(photoFile(name))), name] as const)))
}

function ifMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null
  throw error
}
