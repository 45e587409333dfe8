import { open } from 'node:fs/promises'
import { unreachable } from '#/domain/unreachable.ts'
import { type AddRefusal, addPhoto, findAddRefusal } from '../catalog/edit-photos.ts'
import { acceptPhoto, MAX_BYTES, type PhotoRefusal } from '../media/accept-photo.ts'
import { keepOriginal } from '../media/keep-original.ts'
import { log } from '../telemetry/log.ts'
import { type Answer, answer, EXIT, ONLY_ASKED } from './answer.ts'
import type { PhotoDesk } from './photo-desk.ts'
import type { AddCommand } from './read-photos-command.ts'

/** Judges a file and adds what is left of it, or says what would be added. */
export async function answerAdd(desk: PhotoDesk, command: AddCommand, yes: boolean): Promise<Answer> {
  const { file, product, alt, focal, credit } = command
  const given = await readAtMost(file, MAX_BYTES + 1).catch((error: NodeJS.ErrnoException) => error.code ?? 'it cannot be read')
  if (typeof given === 'string') return answer(EXIT.trouble, [`${file} cannot be read: ${given}.`], { unread: given })
  const accepted = await acceptPhoto(given)
  if (!accepted.ok) return answer(EXIT.trouble, [`${file} is refused: ${photoRefusal(accepted)}`], { refused: accepted })
  const { id, width, height, bytes, blur } = accepted.value
  const lines = [
    `${file} is photograph ${id}: ${width} × ${height} pixels, ${Math.ceil(bytes.length / 1024)} kB once all else in it is gone.`,
    '',
  ]
  const data = { id, width, height, bytes: bytes.length, dryRun: !yes }
  const refusedAnyway = await findAddRefusal(desk.db, product, id)
  if (refusedAnyway) return answer(EXIT.trouble, [...lines, addRefusal(refusedAnyway, product)], { ...data, refused: refusedAnyway })
  if (!yes) return answer(EXIT.fine, [...lines, ONLY_ASKED], data)
  const kept = await keepOriginal(desk.mediaDir, accepted.value)
  const [focalX, focalY] = focal
  const draft = { id, file: kept, width, height, blur, alt, focalX, focalY, ...credit }
  const added = await addPhoto(desk.db, product, draft, desk.clock.now())
  if (!added.ok) return answer(EXIT.trouble, [...lines, addRefusal(added, product)], { ...data, refused: added })
  log.info({ product, imageId: id }, 'a merchant added a photograph')
  const done =
    added.value === 'shown' ? 'its pages show it within seconds.' : 'its pages show it once its variants are made, in a minute or so.'
  return answer(EXIT.fine, [...lines, `Done: ${done}`], { ...data, state: added.value })
}

/** The first bytes of a file, however long it is. */
async function readAtMost(file: string, most: number): Promise<Buffer> {
  const handle = await open(file, 'r')
  try {
    const chunks: Buffer[] = []
    for await (const chunk of handle.createReadStream({ end: most - 1, autoClose: false })) chunks.push(chunk as Buffer)
    return Buffer.concat(chunks)
  } finally {
    await handle.close()
  }
}

function photoRefusal(refusal: PhotoRefusal): string {
  switch (refusal.code) {
    case 'TOO_LARGE':
      return `it has more than ${refusal.mostBytes / 1024 / 1024} MB.`
    case 'NOT_A_PHOTOGRAPH':
      return 'it is no JPEG, PNG, WebP or AVIF, whatever its name says.'
    case 'ANIMATED':
      return `it moves: it holds ${refusal.pages} pictures.`
    case 'TOO_MANY_PIXELS':
      return `it has ${refusal.width} × ${refusal.height} pixels, more than ${refusal.mostPixels / 1_000_000} million.`
    case 'TOO_SMALL':
      return `it has ${refusal.width} × ${refusal.height} pixels, and looks soft below ${refusal.leastSide} on its shorter side.`
    case 'DAMAGED':
      return 'it is damaged, or not all of it is there.'
    default:
      return unreachable(refusal)
  }
}

function addRefusal(refusal: AddRefusal, product: string): string {
  switch (refusal.code) {
    case 'UNKNOWN_PRODUCT':
      return `There is no product ${product}.`
    case 'HAS_IT_ALREADY':
      return 'The product has it already.'
    case 'TOO_MANY_PHOTOS':
      return `The product has ${refusal.most} photographs already, and no more are shown.`
    default:
      return unreachable(refusal)
  }
}
