import { type Focal, SOCIAL_IMAGE, socialCrop, socialImageFile } from '#/domain/social-image.ts'
import { decodePhoto } from './decoder.ts'
import { readPhoto } from './read-photo.ts'
import { lacksSocialImage, socialFile } from './social-file.ts'
import { writeWhole } from './write-whole.ts'

const TIMEOUT_SECONDS = 120

/** Tried in this order until one is small enough; the last one is taken as it comes. */
const QUALITIES = [80, 70, 60, 50, 40]

/**
 * Makes a photograph's picture for sharing, cropped by its focal point, unless it is there. Returns whether it did. Throws `LostPhoto` for a file whose
 * bytes are not those that the id promises.
 */
export async function encodeSocialImage(imageId: string, file: string, focal: Focal): Promise<boolean> {
  if (!(await lacksSocialImage({ id: imageId, ...focal }))) return false
  const picture = await socialImageOf(await readPhoto(imageId, file), focal)
  await writeWhole(socialFile(imageId, socialImageFile(focal)), picture)
  return true
}

/** The recipe. A small photograph is enlarged: networks show what is smaller as a stamp beside the words. */
export async function socialImageOf(bytes: Uint8Array, focal: Focal): Promise<Buffer> {
  const { autoOrient } = await decodePhoto(bytes).metadata()
  const { width, height, maxBytes } = SOCIAL_IMAGE
  const picture = decodePhoto(bytes)
    .extract(socialCrop(autoOrient, focal))
    .resize(width, height, { fit: 'fill' })
    .flatten({ background: '#fff' })
    .toColourspace('srgb')
  let encoded = Buffer.alloc(0)
  for (const quality of QUALITIES) {
    encoded = await picture.clone().jpeg({ quality, progressive: true, mozjpeg: true }).timeout({ seconds: TIMEOUT_SECONDS }).toBuffer()
    if (encoded.length <= maxBytes) break
  }
  return encoded
}
