import { readFile } from 'node:fs/promises'
import { blurOf } from '#/server/media/blur.ts'
import { photoFile } from '#/server/media/photo-files.ts'
import type { PhotoRow } from './read-photos.ts'

/** Photographs with what stands in the place of each until it is there: some milliseconds each, so only where they are imported. */
export async function addBlurs(photos: ReadonlyMap<string, PhotoRow>): Promise<Map<string, PhotoRow>> {
  const blurred: [string, PhotoRow][] = []
  for (const [file, row] of photos) blurred.push([file, { ...row, blur: await blurOf(await readFile(photoFile(file))) }])
  return new Map(blurred)
}
