/** What a link shows where it is shared: one size that every network takes. Pixels; more bytes are slow to fetch, and some take no more. */
export const SOCIAL_IMAGE = { width: 1200, height: 630, type: 'image/jpeg', maxBytes: 150_000 } as const

/** Of a photograph; where the eye should stay, 0 to 1 from the top left. */
export type Focal = { readonly focalX: number; readonly focalY: number }

/** Named after the focal point, too: another one is another picture, and an address keeps its picture for ever. */
export function socialImageFile({ focalX, focalY }: Focal): string {
  return `og-${percent(focalX)}-${percent(focalY)}.jpg`
}

/** The public address of a photograph's picture for sharing. It may be asked for before the picture exists (see app/media). */
export function socialImagePath(image: Focal & { readonly id: string }): string {
  return `/media/${image.id}/${socialImageFile(image)}`
}

const FILE = /^og-(\d{1,3})-(\d{1,3})\.jpg$/

/** Whether a file of this name may be a picture for sharing. */
export function isSocialImageFile(name: string): boolean {
  const [, x, y] = FILE.exec(name) ?? []
  return x !== undefined && y !== undefined && name === socialImageFile({ focalX: Number(x) / 100, focalY: Number(y) / 100 })
}

/** The largest part of a photograph that has the ratio of a picture for sharing and lies as the focal point says. Whole pixels. */
export function socialCrop(size: { readonly width: number; readonly height: number }, { focalX, focalY }: Focal) {
  const scale = Math.min(size.width / SOCIAL_IMAGE.width, size.height / SOCIAL_IMAGE.height)
  const width = Math.max(1, Math.min(size.width, Math.round(SOCIAL_IMAGE.width * scale)))
  const height = Math.max(1, Math.min(size.height, Math.round(SOCIAL_IMAGE.height * scale)))
  return {
    left: Math.round((size.width - width) * within(focalX)),
    top: Math.round((size.height - height) * within(focalY)),
    width,
    height,
  }
}

function percent(share: number): number {
  return Math.round(within(share) * 100)
}

function within(share: number): number {
  return Math.min(1, Math.max(0, share))
}
