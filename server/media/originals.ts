import { readFile } from 'node:fs/promises'
import { photoFile, photoNames } from './photo-files.ts'
import { imageIdOf } from './recipe.ts'

let byId: Promise<Map<string, string>> | undefined

/** The photograph as it was given, for as long as its variants are being made; null when no photograph has that id. */
export async function readOriginal(imageId: string): Promise<Buffer | null> {
  byId ??= hashAll().catch((error: unknown) => {
    byId = undefined // the next picture that is asked for tries again
    throw error
  })
  const name = (await byId).get(imageId)
  return name ? readFile(photoFile(name)) : null
}

/** Once a process: some 6 MB read and hashed, so that no request asks Postgres where a photograph is. */
async function hashAll(): Promise<Map<string, string>> {
  const names = await photoNames()
  return new Map(await Promise.all(names.map(async (name) => [imageIdOf(await readFile(photoFile(name))), name] as const)))
}
