import { connectDatabase } from '#/server/db/client.ts'
import { catalogue } from './catalogue/catalogue.ts'
import { codes } from './catalogue/codes.ts'
import { saleDay } from './catalogue/sale.ts'
import { addBlurs } from './seed/add-blurs.ts'
import { fingerprintOf, importCatalogue, importCodes, importSale } from './seed/import-catalogue.ts'
import { readPhotos } from './seed/read-photos.ts'

/**
 * Imports the seed shop. Run again with an unchanged catalogue it does nothing; with a changed one it brings texts and pictures up to date
 * and adds what is new. What the shop has changed since (prices, stock, codes) stays. Its last line names the catalogue's fingerprint.
 */
const url = process.env.DATABASE_URL
if (!url) {
  console.error('Set DATABASE_URL to a migrated database.')
  process.exit(2)
}

const photos = await readPhotos(catalogue)
const fingerprint = fingerprintOf(catalogue, photos, codes, saleDay)
const db = connectDatabase(url, 2)
try {
  // Kept as a comment on the table, so that it goes where the table goes.
  const [before] = await db.$queryRaw<{ comment: string | null }[]>`SELECT obj_description('products'::regclass) AS comment`
  if (before?.comment === fingerprint) console.log('unchanged')
  else {
    const products = catalogue.reduce((sum, category) => sum + category.products.length, 0)
    console.log(`importing ${products} products`)
    await importCatalogue(db, catalogue, await addBlurs(photos))
    await importCodes(db, codes)
    await importSale(db, saleDay, catalogue, photos)
    await db.$executeRawUnsafe(`COMMENT ON TABLE products IS '${fingerprint}'`) // hex digits only
    console.log(`${products} products imported`)
  }
} finally {
  await db.$disconnect()
}
console.log(`catalogue ${fingerprint}`)
