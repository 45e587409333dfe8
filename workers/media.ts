import type { Focal } from '#/domain/social-image.ts'
import { showEncoded } from '#/server/catalog/edit-photos.ts'
import type { Db } from '#/server/db/client.ts'
import { encodePhoto } from '#/server/media/encode-photo.ts'
import { encodeSocialImage } from '#/server/media/encode-social.ts'
import { LostPhoto } from '#/server/media/read-photo.ts'
import { lacksSocialImage } from '#/server/media/social-file.ts'
import { missingVariants } from '#/server/media/variant-files.ts'
import type { Queues } from '#/server/queues/enqueue.ts'
import { type Loop, runLoop } from '#/server/run-loop.ts'
import { log } from '#/server/telemetry/log.ts'
import { PermanentError } from './define-worker.ts'
import { LaterEachTime } from './later-each-time.ts'

const SCAN_MS = 10_000
const JOBS_PER_SCAN = 500

type Photo = { readonly imageId: string; readonly file: string }

/** `media.encode`: every variant of one photograph that is not there yet, and its picture for sharing; then it may be shown. */
export function encodeMedia(db: Db) {
  return async (photo: Photo): Promise<void> => {
    const { imageId } = photo
    const startedAt = Date.now()
    const { variants, shared } = await encodeFiles(db, photo).catch((error: unknown) => {
      throw error instanceof LostPhoto ? new PermanentError(error.message) : error
    })
    if (variants > 0 || shared) log.info({ imageId, variants, shared, ms: Date.now() - startedAt }, 'photograph encoded')
    await showEncoded(db, imageId, Date.now())
  }
}

async function encodeFiles(db: Db, { imageId, file }: Photo): Promise<{ variants: number; shared: boolean }> {
  const variants = await encodePhoto(imageId, file)
  const focal = await db.image.findUnique({ where: { id: imageId }, select: { focalX: true, focalY: true } })
  const shared = focal !== null && (await encodeSocialImage(imageId, file, focal))
  return { variants, shared }
}

async function lacksFiles(image: Focal & { readonly id: string; readonly width: number }): Promise<boolean> {
  return (await missingVariants(image.id, image.width)).length > 0 || (await lacksSocialImage(image))
}

/**
 * Finds photographs that lack variants and queues them: those that somebody waits for first, then those of the first pages. Whether the files
 * of what was encoded once are still there it looks after each start. One that cannot be encoded is queued later each time.
 */
export function scanMedia(db: Db, queues: Queues): Loop {
  let everyFileSeen = false
  const tries = new LaterEachTime()
  return runLoop('media-scan', SCAN_MS, async () => {
    const images = await db.image.findMany({
      where: everyFileSeen ? { encodedAt: null } : {},
      select: {
        id: true,
        file: true,
        width: true,
        focalX: true,
        focalY: true,
        encodedAt: true,
        products: { select: { shownAt: true, product: { select: { featured: true } } } },
      },
    })
    type Image = (typeof images)[number]
    const lacking: Image[] = []
    for (const image of images) {
      if (image.encodedAt === null || (await lacksFiles(image))) lacking.push(image)
    }
    const rank = ({ products }: Image): number => {
      if (products.some(({ shownAt }) => shownAt === null)) return 0
      return products.some(({ product }) => product.featured) ? 1 : 2
    }
    const nowMs = Date.now()
    tries.keepOnly(new Set(lacking.map(({ id }) => id)))
    const due = lacking.filter(({ id }) => tries.isDue(id, nowMs)).sort((a, b) => rank(a) - rank(b))
    const queued = due.slice(0, JOBS_PER_SCAN)
    await queues.add(queued.map(({ id: imageId, file }) => ({ name: 'media.encode', payload: { imageId, file } })))
    for (const { id } of queued) tries.noteTry(id, nowMs)
    everyFileSeen ||= queued.length === due.length
    return 'idle'
  })
}
