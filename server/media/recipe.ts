import { createHash } from 'node:crypto'

/** Part of every image's id: a changed recipe gives new ids, so that no cache anywhere keeps an old encoding under a new promise. */
export const IMAGE_RECIPE_VERSION = '1'

/** Content-addressed: 16 hex digits of SHA-256 over the photograph's bytes and the recipe. */
export function imageIdOf(bytes: Uint8Array): string {
  return createHash('sha256').update(`recipe ${IMAGE_RECIPE_VERSION}\n`).update(bytes).digest('hex').slice(0, 16)
}
