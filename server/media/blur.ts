import { decodePhoto } from './decoder.ts'

/** Longer sides to choose from, in pixels: at these sizes WebP needs some 70 bytes, of which 30 are its frame. */
const SIDES = [8, 9, 10, 11, 12, 13]
const QUALITY = 15

/** A photograph as a smudge of its colours, in nearly its own shape: at most 100 bytes of WebP or so, as base64. */
export async function blurOf(bytes: Uint8Array): Promise<string> {
  const image = decodePhoto(bytes)
  const { width, height } = (await image.metadata()).autoOrient
  const smudge = await image
    .resize({ ...sizeOf(width / height), fit: 'fill' })
    .webp({ quality: QUALITY, effort: 6 })
    .toBuffer()
  return smudge.toString('base64')
}

/** The few pixels whose shape is nearest to that of the photograph. */
function sizeOf(ratio: number): { width: number; height: number } {
  const sizes = SIDES.map((side) =>
    ratio >= 1 ? { width: side, height: atLeastOne(side / ratio) } : { width: atLeastOne(side * ratio), height: side },
  )
  const error = ({ width, height }: { width: number; height: number }) => Math.abs(Math.log(width / height / ratio))
  return sizes.reduce((best, size) => (error(size) < error(best) ? size : best))
}

function atLeastOne(pixels: number): number {
  return Math.max(1, Math.round(pixels))
}
