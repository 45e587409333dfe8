import pg from 'pg'
import { encodePhoto } from '#/server/media/encode-photo.ts'
import { setting } from './backstage.ts'

const IMAGE_ADDRESS = /\/media\/([0-9a-f]{16})\//g

/**
 * Has the first photographs that each of these pages names encoded, as the media worker will have done in a shop that has been open for a
 * while: what is measured is what shoppers get. Each costs a second or two the first time and nothing afterwards.
 */
export async function encodePhotosOf(paths: readonly string[], photos: number): Promise<void> {
  for (const path of paths) {
    const response = await fetch(new URL(path, setting('STORE_URL')), { headers: { accept: 'text/html' } })
    await encodePhotosIn(await response.text(), photos)
  }
}

/** The same for a page that only its shopper can see. */
export async function encodePhotosIn(html: string, photos: number): Promise<void> {
  const named = [...html.matchAll(IMAGE_ADDRESS)].map(([, id = '']) => id)
  const wanted = [...new Set(named)].slice(0, photos)
  const database = new pg.Client({ connectionString: setting('DATABASE_URL') })
  await database.connect()
  try {
    const { rows } = await database.query<{ id: string; file: string }>('SELECT id, file FROM images WHERE id = ANY($1)', [wanted])
    for (const { id, file } of rows) await encodePhoto(id, file)
  } finally {
    await database.end()
  }
}
