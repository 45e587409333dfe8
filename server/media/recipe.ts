import { createHash } from 'node:crypto'

/**
 * Part of every image's id: a changed recipe (formats' settings, not widths) gives new ids, so that no cache anywhere keeps an old encoding
 * under a new promise.
 */
export const IMAGE_RECIPE_VERSION = 1

/** Goes up when what blur.ts makes of a photograph changes, so that the seed is imported again. */
export const BLUR_VERSION = 1

/** Content-addressed: 16 hex digits of SHA-256 over the photograph's bytes and the recipe. */
export function imageIdOf(bytes: Uint8Array, recipe = IMAGE_RECIPE_VERSION): string {
  return createHash('sha256').update(`recipe ${recipe}\n`).update(bytes).digest('hex').slice(0, 16)
}

/** Whether an id stands for these bytes, under this recipe or one before: what a shop added keeps the id that it was given. */
export function isImageOf(imageId: string, bytes: Uint8Array): boolean {
  for (let recipe = IMAGE_RECIPE_VERSION; recipe > 0; recipe -= 1) if (imageIdOf(bytes, recipe) === imageId) return true
  return false
}
