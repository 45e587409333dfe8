import { unreachable } from '#/domain/unreachable.ts'
import { removePhoto } from '../catalog/edit-photos.ts'
import type { Db } from '../db/client.ts'
import { log } from '../telemetry/log.ts'
import { answerAdd } from './add-photo-answer.ts'
import { type Answer, answer, EXIT, ONLY_ASKED } from './answer.ts'
import type { PhotoDesk } from './photo-desk.ts'
import { PHOTOS_USAGE, type PhotosAsked } from './read-photos-command.ts'
import { orServerAway } from './run-command.ts'

/** Answers one wish about photographs. A server that is away is an answer too, in words and with an exit code of its own. */
export function carryOutPhotos(desk: PhotoDesk, asked: PhotosAsked): Promise<Answer> {
  return orServerAway(() => respond(desk, asked), 'merchants', [
    'Whether it happened is not known: npm run photos -- show tells, once it is back.',
  ])
}

async function respond(desk: PhotoDesk, { command, yes }: PhotosAsked): Promise<Answer> {
  switch (command.name) {
    case 'help':
      return answer(EXIT.fine, PHOTOS_USAGE.split('\n'), { usage: PHOTOS_USAGE })
    case 'show':
      return show(desk.db, command.product)
    case 'add':
      return answerAdd(desk, command, yes)
    case 'remove':
      return remove(desk, command, yes)
    default:
      return unreachable(command)
  }
}

async function show(db: Db, code: string): Promise<Answer> {
  const product = await readPhotosOf(db, code)
  if (!product) return noProduct(code)
  const lines = product.images.map(({ imageId, alt, shownAt }) => `  ${imageId}  ${shownAt ? 'shown' : 'waits for its variants'}  ${alt}`)
  const state = product.withdrawnAt
    ? 'withdrawn'
    : product.publishedAt
      ? 'published'
      : product.publishWantedAt
        ? 'waits to be published'
        : 'not published'
  return answer(EXIT.fine, [`${product.name}, ${state}:`, ...(lines.length > 0 ? lines : ['  no photograph'])], { product })
}

async function remove(
  { db, clock }: PhotoDesk,
  { imageId, product: code }: { imageId: string; product: string },
  yes: boolean,
): Promise<Answer> {
  const product = await readPhotosOf(db, code)
  if (!product) return noProduct(code)
  const photo = product.images.find((image) => image.imageId === imageId)
  if (!photo) return answer(EXIT.trouble, [`${product.name} has no photograph ${imageId}.`], { removed: false })
  const lines = [`${product.name} loses ${imageId}: ${photo.alt}`, '']
  if (!yes) return answer(EXIT.fine, [...lines, ONLY_ASKED], { removed: false, dryRun: true })
  const removed = await removePhoto(db, code, imageId, clock.now())
  log.info({ product: code, imageId }, 'a merchant removed a photograph')
  return answer(EXIT.fine, [...lines, 'Done: its pages lose it within seconds.'], { removed: removed.ok && removed.value, dryRun: false })
}

/** A product with its photographs in order; null when there is none. */
function readPhotosOf(db: Db, code: string) {
  return db.product.findUnique({
    where: { code },
    select: {
      name: true,
      publishWantedAt: true,
      publishedAt: true,
      withdrawnAt: true,
      images: { orderBy: { position: 'asc' }, select: { imageId: true, alt: true, shownAt: true } },
    },
  })
}

function noProduct(code: string): Answer {
  return answer(EXIT.trouble, [`There is no product ${code}.`], { known: false })
}
