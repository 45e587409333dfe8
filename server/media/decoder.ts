import sharp, { type Sharp } from 'sharp'

/** The most that is decoded: 50 megapixels, some 200 MB where a picture has to be turned. */
export const MAX_PIXELS = 50_000_000

/** One thread and nothing kept, so that a picture never takes what orders need. */
sharp.concurrency(1)
sharp.cache(false)

// What is no photograph is not even looked into: no other decoder of the library (SVG, GIF, TIFF, PDF …) ever reads a byte.
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({
  operation: ['VipsForeignLoadJpegBuffer', 'VipsForeignLoadPngBuffer', 'VipsForeignLoadWebpBuffer', 'VipsForeignLoadHeifBuffer'],
})

/** A photograph to be decoded, turned as its camera was held. Damage and too many pixels are errors of whatever is awaited on it. */
export function decodePhoto(bytes: Uint8Array): Sharp {
  return sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error', sequentialRead: true }).autoOrient()
}

/** What a file says of itself, without any pixel decoded. Throws for what is no picture of a kind that is looked into. */
export async function readHeader(bytes: Uint8Array) {
  return sharp(bytes, { limitInputPixels: false, failOn: 'error' }).metadata()
}

/** A picture that is decoded already. */
export function fromPixels(pixels: Buffer, { width, height, channels }: { width: number; height: number; channels: 1 | 2 | 3 | 4 }): Sharp {
  return sharp(pixels, { raw: { width, height, channels } })
}
