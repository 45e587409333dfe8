import { readFile } from 'node:fs/promises'
import { photoFile } from './photo-files.ts'
import { isImageOf } from './recipe.ts'

/** The file of a photograph is not there, or holds another one. It will not come by itself. */
export class LostPhoto extends Error {}

/** The photograph that an id stands for. Throws `LostPhoto` when its file does not hold it. */
export async function readPhoto(imageId: string, file: string): Promise<Buffer> {
  const bytes = await readFile(photoFile(file)).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? new LostPhoto(`photograph ${file} is not there`) : error
  })
  if (!isImageOf(imageId, bytes)) throw new LostPhoto(`photograph ${file} is not image ${imageId}`)
  return bytes
}
