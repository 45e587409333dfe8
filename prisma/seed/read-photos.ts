import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { imageIdOf } from '#/server/media/recipe.ts'
import type { Category } from '../catalogue/product.ts'

export type PhotoRow = {
  readonly id: string
  readonly file: string
  readonly width: number
  readonly height: number
  readonly focalX: number
  readonly focalY: number
  readonly photographer: string
  readonly source: string
  readonly license: string
  readonly blur?: string
}

const FOLDER = path.join(import.meta.dirname, '..', 'photos')

/** Every photograph that the catalogue shows, by file, with its credit and size from ATTRIBUTION.csv. Throws for one without. */
export async function readPhotos(categories: readonly Category[]): Promise<Map<string, PhotoRow>> {
  const credits = await readCredits()
  const shown = categories.flatMap((category) => category.products).flatMap((product) => product.photos)
  const rows = await Promise.all(
    shown.map(async ({ file, focal: [focalX, focalY] }) => {
      const credit = credits.get(file)
      if (!credit) throw new Error(`${file} has no line in ATTRIBUTION.csv`)
      return { id: imageIdOf(await readFile(path.join(FOLDER, file))), file, focalX, focalY, ...credit }
    }),
  )
  return new Map(rows.map((row) => [row.file, row]))
}

/** `file,width,height,photographer,source,license`; no field holds a comma. */
export async function readCredits() {
  const [, ...lines] = (await readFile(path.join(FOLDER, 'ATTRIBUTION.csv'), 'utf8')).trim().split('\n')
  return new Map(
    lines.map((line) => {
      const [file = '', width, height, photographer = '', source = '', license = ''] = line.trim().split(',')
      return [file, { width: Number(width), height: Number(height), photographer, source, license }] as const
    }),
  )
}
