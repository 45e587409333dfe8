import { decodePhoto } from './decoder.ts'

/** The longer side, in pixels: at this size WebP needs about 70 bytes, of which 30 are its frame. */
const SIDE = 10
const QUALITY = 20

/** A photograph as a smudge of its colours, some 70 bytes of WebP as base64. */
export async function blurOf(bytes: Uint8Array): Promise<string> {
  const smudge = await decodePhoto(bytes).resize(SIDE, SIDE, { fit: 'inside' }).webp({ quality: QUALITY, effort: 6 }).toBuffer()
  return smudge.toString('base64')
}
