import path from 'node:path'
import { type Focal, socialImageFile } from '#/domain/social-image.ts'
import { env } from '../env.ts'
import { hasBytes, readKept } from './kept-file.ts'

/** Where a photograph's picture for sharing is kept. Id and name are checked by the caller. */
export function socialFile(imageId: string, name: string): string {
  return path.join(/* turbopackIgnore: true */ env().MEDIA_DIR, imageId, name)
}

/** The picture; null when it has not been made, or not wholly. */
export function readSocialImage(imageId: string, name: string): Promise<Buffer | null> {
  return readKept(socialFile(imageId, name))
}

/** Whether a photograph's picture for sharing is still to be made. */
export async function lacksSocialImage(image: Focal & { readonly id: string }): Promise<boolean> {
  return !(await hasBytes(socialFile(image.id, socialImageFile(image))))
}
