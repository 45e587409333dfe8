import type { AcceptedPhoto } from './accept-photo.ts'
import { addedName, photoFile } from './photo-files.ts'
import { writeWhole } from './write-whole.ts'

/** Keeps an accepted photograph where every process of the store finds it, and returns the `file` for its row. Kept twice it is kept once. */
export async function keepOriginal(mediaDir: string, { id, bytes }: AcceptedPhoto): Promise<string> {
  const file = addedName(id)
  await writeWhole(
    photoFile(file, () => mediaDir),
    bytes,
  )
  return file
}
