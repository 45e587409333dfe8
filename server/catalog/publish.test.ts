import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { fail, ok } from '#/domain/result.ts'
import { productCodeOf, type Sku } from '#/domain/sku.ts'
import { eventually } from '#/drill/engine/eventually.ts'
import { startTestEngine, type TestEngine } from '#/drill/engine/test-engine.ts'
import { tagsToldIn } from '#/drill/engine/told-tags.ts'
import { tags } from '../cache/manifest.ts'
import { setSaleWindow, withdraw } from './edit-catalog.ts'
import { addPhoto, MOST_PHOTOS, type PhotoDraft, removePhoto, showEncoded } from './edit-photos.ts'
import { lockProduct, publishProduct, withdrawProduct } from './publish.ts'
import { readGoneProduct } from './read-addresses.ts'
import { readAllProducts, readCards, readCredits, readProduct } from './read-catalog.ts'
import { readListPage } from './read-list.ts'

const NOW = Date.UTC(2027, 0)

let engine: TestEngine
let unit: Sku
let code: string
let photos = 0
let toldTags: () => Promise<string[]>

beforeAll(async () => {
  engine = await startTestEngine()
  toldTags = tagsToldIn(engine.db)
})
afterAll(() => engine.stop())

/** A product that nobody has published. */
beforeEach(async () => {
  unit = await engine.sell()
  code = productCodeOf(unit)
  await engine.db.product.update({ where: { code }, data: { publishWantedAt: null, publishedAt: null } })
  await told()
})

function photo(): PhotoDraft {
  photos += 1
  const id = photos.toString(16).padStart(16, '0')
  const credit = { photographer: '', source: '', license: '' }
  return {
    id,
    file: `originals/${id}.jpg`,
    width: 900,
    height: 700,
    blur: '',
    alt: `Photograph ${photos}`,
    focalX: 0.5,
    focalY: 0.5,
    ...credit,
  }
}

async function add(draft = photo()): Promise<string> {
  const added = await addPhoto(engine.db, code, draft, NOW)
  if (!added.ok) throw new Error(added.code)
  return draft.id
}

const encode = (id: string) => showEncoded(engine.db, id, NOW)
const publish = () => publishProduct(engine.db, code, NOW)

/** Everywhere that pages have it from; they never disagree. */
async function isShown(): Promise<boolean> {
  const { slug, categoryId } = await engine.db.product.findUniqueOrThrow({ where: { code } })
  const shown = [
    (await readProduct(engine.db, slug)) !== null,
    (await readAllProducts(engine.db)).some((card) => card.code === code),
    (await readCards(engine.db, [code])).length > 0,
    (await readListPage(engine.db, categoryId, { sort: 'newest', page: 1 }))?.total === 1,
  ]
  expect(new Set(shown).size).toBe(1)
  return shown[0] ?? false
}

async function picturesShown(): Promise<string[]> {
  const { slug } = await engine.db.product.findUniqueOrThrow({ where: { code } })
  return (await readProduct(engine.db, slug))?.pictures.map(({ id }) => id) ?? []
}

/** Takes what was told to pages and core since it was last asked. */
async function told(): Promise<string[]> {
  const messages = await engine.db.outboxMessage.findMany()
  await engine.db.outboxMessage.deleteMany()
  return [...messages.map(({ subject }) => subject), ...(await toldTags())].sort()
}

test('a product with nothing to wait for is published at once, and lists hear of it', async () => {
  expect(await isShown()).toBe(false)
  expect(await publish()).toEqual(ok('published'))
  expect(await isShown()).toBe(true)
  expect(await told()).toEqual([tags.addresses, tags.catalogue, tags.product(code)].sort())
  expect(await publish()).toEqual(ok('published'))
  expect(await told()).toEqual([])
})

test('a product is published when the last of its photographs is encoded, not before', async () => {
  const [first, second] = [await add(), await add()]
  expect(await publish()).toEqual(ok('waiting'))
  await encode(second)
  expect(await isShown()).toBe(false)
  await told()
  await encode(first)
  expect(await isShown()).toBe(true)
  expect(await picturesShown()).toEqual([first, second])
  expect(await told()).toEqual([tags.addresses, tags.catalogue, tags.credits, tags.product(code), unit].sort())
  await encode(first)
  expect(await told()).toEqual([])
})

test('photographs that are encoded publish nothing that nobody wants published', async () => {
  await encode(await add())
  expect(await isShown()).toBe(false)
  expect(await publish()).toEqual(ok('published'))
})

test('a new photograph of a product that is shown appears once it is encoded, on its page and on the card in core', async () => {
  await publish()
  const first = await add()
  expect(await isShown()).toBe(true)
  expect(await picturesShown()).toEqual([])
  await engine.rest()
  const cardImage = async () => {
    await engine.rest()
    const offers = await engine.counters.offers([unit])
    return offers.ok ? offers.value.get(unit)?.card.image?.id : undefined
  }
  expect(await cardImage()).toBeUndefined()
  await encode(first)
  expect(await picturesShown()).toEqual([first])
  expect(await cardImage()).toBe(first)
})

test('one that is encoded already, for another product, is shown at once', async () => {
  const draft = photo()
  await encode(await add(draft))
  const other = productCodeOf(await engine.sell())
  expect(await addPhoto(engine.db, other, draft, NOW)).toEqual(ok('shown'))
})

test('however adding, encoding and publishing meet, the product is published and all of its photographs are shown', async () => {
  for (let turn = 0; turn < 10; turn += 1) {
    const drafts = [photo(), photo(), photo()]
    const [early, ...late] = drafts as [PhotoDraft, PhotoDraft, PhotoDraft]
    await add(early)
    await Promise.all([encode(early.id), publish(), ...late.map(async (draft) => encode(await add(draft)))])
    await Promise.all(drafts.map(({ id }) => encode(id)))
    expect(await isShown()).toBe(true)
    expect((await picturesShown()).length).toBe(3)
    for (const { id } of drafts) await removePhoto(engine.db, code, id, NOW)
    await engine.db.product.update({ where: { code }, data: { publishWantedAt: null, publishedAt: null } })
  }
})

test('taking a photograph away while it is being shown ends for both, whoever comes first', async () => {
  const id = await add()
  const other = engine.connectDb()
  const waiting = async () => {
    const [row] = await other.$queryRaw<{ count: number }[]>`
      SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
    return row?.count ?? 0
  }
  // Somebody holds the product for as long as it takes the one, and then the other, to wait for it.
  const [removed, shown] = await other.$transaction(async (tx) => {
    await lockProduct(tx, code)
    const removing = removePhoto(engine.db, code, id, NOW)
    await eventually('who takes it away waits', async () => (await waiting()) === 1)
    const showing = encode(id)
    await eventually('who shows it waits, too', async () => (await waiting()) === 2)
    return [removing, showing].map((promise) =>
      promise.then(
        () => 'done',
        () => 'failed',
      ),
    )
  })
  expect(await Promise.all([removed, shown])).toEqual(['done', 'done'])
  expect(await picturesShown()).toEqual([])
})

test('a photograph is credited from when it is shown until it is taken away, and the page of credits hears of both', async () => {
  const draft = { ...photo(), photographer: 'Somebody' }
  const isCredited = async () => (await readCredits(engine.db)).some(({ file }) => file === draft.file)
  await add(draft)
  expect(await isCredited()).toBe(false)
  await told()
  await encode(draft.id)
  expect(await isCredited()).toBe(true)
  expect(await told()).toContain(tags.credits)
  await removePhoto(engine.db, code, draft.id, NOW)
  expect(await isCredited()).toBe(false)
  expect(await told()).toContain(tags.credits)
})

test('lists and the sitemap hear of a SKU that is withdrawn, and of one that is back, but not of a window that is only another', async () => {
  await publish()
  const hear = async () => (await told()).filter((subject) => subject === tags.catalogue || subject === tags.addresses)
  const open = (endsAtMs: number | null) => setSaleWindow(engine.db, unit, { startsAtMs: null, endsAtMs }, NOW)
  await told()
  await withdraw(engine.db, unit, NOW)
  expect(await hear()).toEqual([tags.addresses, tags.catalogue])
  await open(null)
  expect(await hear()).toEqual([tags.addresses, tags.catalogue])
  await open(NOW + 1)
  expect(await hear()).toEqual([])
})

test('a product no longer waits for a photograph that is taken from it', async () => {
  const id = await add()
  expect(await publish()).toEqual(ok('waiting'))
  expect(await removePhoto(engine.db, code, id, NOW)).toEqual(ok(true))
  expect(await isShown()).toBe(true)
  expect(await removePhoto(engine.db, code, id, NOW)).toEqual(ok(false))
})

test('a product has a photograph once, and no more of them than a page shows', async () => {
  const draft = photo()
  await add(draft)
  expect(await addPhoto(engine.db, code, draft, NOW)).toEqual(fail('HAS_IT_ALREADY'))
  for (let more = 1; more < MOST_PHOTOS; more += 1) await add()
  expect(await addPhoto(engine.db, code, photo(), NOW)).toEqual(fail('TOO_MANY_PHOTOS', { most: MOST_PHOTOS }))
})

test('what is withdrawn is on no page and cannot be bought, is known as withdrawn, and comes back when it is published and has a window', async () => {
  await publish()
  await engine.rest()
  const { slug, name } = await engine.db.product.findUniqueOrThrow({ where: { code } })
  expect(await readGoneProduct(engine.db, slug)).toBeNull()
  expect(await withdrawProduct(engine.db, code, NOW)).toEqual(ok(undefined))
  expect(await isShown()).toBe(false)
  expect(await readGoneProduct(engine.db, slug)).toMatchObject({ name })
  expect(await told()).toEqual([tags.addresses, tags.catalogue, tags.product(code), unit].sort())
  expect(await withdrawProduct(engine.db, code, NOW)).toEqual(ok(undefined))
  expect(await told()).toEqual([])
  const [ended] = await engine.book.currentOffers([unit])
  expect(ended?.endsAtMs).toBe(NOW)

  expect(await publish()).toEqual(ok('published'))
  expect(await readGoneProduct(engine.db, slug)).toMatchObject({ name })
  await setSaleWindow(engine.db, unit, { startsAtMs: null, endsAtMs: null }, NOW)
  expect(await readGoneProduct(engine.db, slug)).toBeNull()
  expect(await isShown()).toBe(true)
})

test('what was withdrawn while it waited is not published by a photograph that is encoded later', async () => {
  const id = await add()
  await publish()
  await withdrawProduct(engine.db, code, NOW)
  await encode(id)
  expect(await isShown()).toBe(false)
})

test('a product that is not there cannot be published, withdrawn, or shown with a photograph', async () => {
  const answers = [
    publishProduct(engine.db, 'NOBODY', NOW),
    withdrawProduct(engine.db, 'NOBODY', NOW),
    addPhoto(engine.db, 'NOBODY', photo(), NOW),
    removePhoto(engine.db, 'NOBODY', photo().id, NOW),
  ]
  expect(await Promise.all(answers)).toEqual(answers.map(() => fail('UNKNOWN_PRODUCT')))
})
