import type { Db } from '#/server/db/client.ts'
import { encodePhoto } from '#/server/media/encode-photo.ts'
import { encodeSocialImage } from '#/server/media/encode-social.ts'
import { lacksSocialImage } from '#/server/media/social-file.ts'
import { missingVariants } from '#/server/media/variant-files.ts'
import type { Queues } from '#/server/queues/enqueue.ts'
import { log } from '#/server/telemetry/log.ts'
import { type Loop, runLoop } from './run-loop.ts'

const SCAN_MS = 30_000
const JOBS_PER_SCAN = 500

/** `media.encode`: every variant of one photograph that is not there yet, and its picture for sharing. */
export function encodeMedia(db: Db) {
  return async ({ imageId, file }: { imageId: string; file: string }): Promise<void> => {
    const startedAt = Date.now()
    const variants = await encodePhoto(imageId, file)
    const focal = await db.image.findUnique({ where: { id: imageId }, select: { focalX: true, focalY: true } })
    const shared = focal !== null && (await encodeSocialImage(imageId, file, focal))
    if (variants > 0 || shared) log.info({ imageId, variants, shared, ms: Date.now() - startedAt }, 'photograph encoded')
  }
}

/** Finds photographs that lack variants and queues them, those of the first pages first. */
export function scanMedia(db: Db, queues: Queues): Loop {
  return runLoop('media-scan', SCAN_MS, async () => {
    const images = await db.image.findMany({
      select: {
        id: true,
        file: true,
        width: true,
        focalX: true,
        focalY: true,
        products: { select: { product: { select: { featured: true } } } },
      },
    })
    const lacking: typeof images = []
    for (const image of images) {
      if ((await missingVariants(image.id, image.width)).length > 0 || (await lacksSocialImage(image))) lacking.push(image)
    }
    const featured = (image: (typeof images)[number]) => image.products.some(({ product }) => product.featured)
    const ordered = [...lacking.filter(featured), ...lacking.filter((image) => !featured(image))].slice(0, JOBS_PER_SCAN)
    await queues.add(ordered.map(({ id: imageId, file }) => ({ name: 'media.encode', payload: { imageId, file } })))
    return 'idle'
  })
}
