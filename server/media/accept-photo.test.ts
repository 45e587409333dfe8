import { crc32, deflateSync } from 'node:zlib'
import sharp, { type Sharp } from 'sharp'
import { beforeAll, expect, test } from 'vitest'
import { type AcceptedPhoto, acceptPhoto, MAX_BYTES } from './accept-photo.ts'

const SECRET = 'a secret that nobody is to read'
const PAGE = `<html><script>alert('${SECRET}')</script></html>`

/** Red on its left half, blue on its right. */
let pixels: Sharp
let jpeg: Buffer
let png: Buffer

beforeAll(async () => {
  const red = { create: { width: 450, height: 700, channels: 3, background: '#c83010' } } as const
  const half = await sharp({ create: { ...red.create, width: 900, background: '#1030b0' } })
    .composite([{ input: red, left: 0, top: 0 }])
    .removeAlpha()
    .raw()
    .toBuffer()
  pixels = sharp(half, { raw: { width: 900, height: 700, channels: 3 } })
  jpeg = await pixels.clone().jpeg().toBuffer()
  png = await pixels.clone().png().toBuffer()
})

async function accepted(bytes: Uint8Array): Promise<AcceptedPhoto> {
  const answer = await acceptPhoto(bytes)
  if (!answer.ok) throw new Error(answer.code)
  return answer.value
}

/** What one pixel looks like; encoding, and ink, move it a little. */
async function colourAt({ bytes }: AcceptedPhoto, left: number, top: number): Promise<string> {
  const [red = 0, green = 0, blue = 0] = await sharp(bytes).extract({ left, top, width: 1, height: 1 }).raw().toBuffer()
  if (Math.min(red, green, blue) > 240) return 'white'
  if (red > 2 * blue) return 'red'
  return blue > 2 * red ? 'blue' : 'some other'
}

/** Nothing in it but a picture in sRGB, from the first byte to the last. */
async function expectClean({ bytes, width, height }: AcceptedPhoto): Promise<void> {
  const metadata = await sharp(bytes).metadata()
  expect(metadata).toMatchObject({ format: 'jpeg', space: 'srgb', channels: 3, depth: 'uchar', width, height })
  for (const name of ['exif', 'icc', 'xmp', 'iptc', 'orientation', 'comments'] as const) expect(metadata[name]).toBeUndefined()
  expect(bytes.includes(SECRET)).toBe(false)
  expect(bytes.subarray(-2)).toEqual(Buffer.from([0xff, 0xd9]))
}

test.each([
  ['JPEG', () => jpeg],
  ['PNG', () => png],
  ['WebP', () => pixels.clone().webp().toBuffer()],
  ['AVIF', () => pixels.clone().avif({ effort: 0 }).toBuffer()],
  ['a JPEG in CMYK', () => pixels.clone().toColourspace('cmyk').jpeg().toBuffer()],
  ['a PNG of 16 bits', () => pixels.clone().toColourspace('rgb16').png().toBuffer()],
  ['a JPEG with a profile of its own', () => pixels.clone().withIccProfile('p3').jpeg().toBuffer()],
  ['a JPEG with a page behind its end', () => Buffer.concat([jpeg, Buffer.from(PAGE)])],
  ['a JPEG with a zip archive behind its end', () => Buffer.concat([jpeg, Buffer.from(`PK\x03\x04${SECRET}`, 'latin1')])],
  ['a JPEG with a page in its comment', () => Buffer.concat([jpeg.subarray(0, 2), segment(0xfe, PAGE), jpeg.subarray(2)])],
  ['a PNG with words in its chunks', () => withChunk(png, chunk('tEXt', `Comment\0${SECRET}`))],
  [
    'a JPEG that says who took it',
    () =>
      pixels
        .clone()
        .withExif({ IFD0: { Artist: SECRET } })
        .jpeg()
        .toBuffer(),
  ],
] as const)('%s is accepted, and nothing is left of it but its picture', async (_, make) => {
  const photo = await accepted(await make())
  expect(photo).toMatchObject({ id: expect.stringMatching(/^[0-9a-f]{16}$/), width: 900, height: 700 })
  await expectClean(photo)
  expect(await colourAt(photo, 100, 350)).toBe('red')
  expect(await colourAt(photo, 800, 350)).toBe('blue')
  expect(Buffer.from(photo.blur, 'base64').length).toBeLessThanOrEqual(100)
  expect(await sharp(Buffer.from(photo.blur, 'base64')).metadata()).toMatchObject({ format: 'webp', width: 9, height: 7 })
})

test('a photograph that a camera held on its side stands upright, and no longer says where it was taken', async () => {
  const where = { GPSLatitudeRef: 'N', GPSLatitude: '53/1 20/1 0/1', GPSLongitudeRef: 'W', GPSLongitude: '6/1 15/1 0/1' }
  const taken = await pixels
    .clone()
    .withExif({ IFD0: { Artist: SECRET }, IFD3: where })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer()
  expect((await sharp(taken).metadata()).exif).toBeDefined()
  const photo = await accepted(taken)
  expect(photo).toMatchObject({ width: 700, height: 900 })
  await expectClean(photo)
  expect(await colourAt(photo, 350, 100)).toBe('red')
  expect(await colourAt(photo, 350, 800)).toBe('blue')
})

test('what can be seen through is on white', async () => {
  const clear = await sharp({ create: { width: 700, height: 700, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } })
    .png()
    .toBuffer()
  const photo = await accepted(clear)
  await expectClean(photo)
  expect(await colourAt(photo, 350, 350)).toBe('white')
})

test('the same bytes are the same photograph, and more pixels than are ever shown are not kept', async () => {
  expect((await accepted(jpeg)).id).toBe((await accepted(jpeg)).id)
  const wide = await sharp({ create: { width: 6400, height: 4000, channels: 3, background: '#888' } })
    .jpeg()
    .toBuffer()
  expect(await accepted(wide)).toMatchObject({ width: 3200, height: 2000 })
})

test.each([
  ['nothing at all', () => Buffer.alloc(0)],
  ['an SVG, with a script or not', () => Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="900" height="900"><script/></svg>`)],
  [
    'an SVG behind a byte order mark',
    () => Buffer.from(`\ufeff<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="900" height="900"/>`),
  ],
  ['a GIF', () => pixels.clone().gif().toBuffer()],
  ['a TIFF', () => pixels.clone().tiff().toBuffer()],
  ['a PDF', () => Buffer.from('%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n')],
  ['a page', () => Buffer.from(PAGE)],
  ['a GIF that is a script too', () => Buffer.from(`GIF89a/*${'\0'.repeat(20)}*/=1;alert(1)`, 'latin1')],
  ['a film in the container of AVIF', () => Buffer.from(`\0\0\0\x18ftypisom\0\0\0\0isommp42${SECRET}`, 'latin1')],
  ['a matrix of numbers', () => Buffer.from('2 2\n1 2\n3 4\n')],
] as const)('%s is no photograph', async (_, make) => {
  expect(await acceptPhoto(await make())).toEqual({ ok: false, code: 'NOT_A_PHOTOGRAPH' })
})

test('what is larger than any photograph is not looked at', async () => {
  const large = Buffer.concat([jpeg, Buffer.alloc(MAX_BYTES + 1 - jpeg.length)])
  expect(await acceptPhoto(large)).toMatchObject({ code: 'TOO_LARGE' })
  expect(await acceptPhoto(large.subarray(0, MAX_BYTES))).toMatchObject({ ok: true })
})

test('a bomb is known by its header: of 900 million pixels in a file of 110 kB none is decoded', async () => {
  const bomb = pngOf(30_000, 30_000, deflateSync(Buffer.alloc(30_000 * Math.ceil(1 + 30_000 / 8))))
  expect(bomb.length).toBeLessThan(150_000)
  const before = process.memoryUsage().rss
  expect(await acceptPhoto(bomb)).toMatchObject({ code: 'TOO_MANY_PIXELS', width: 30_000, height: 30_000 })
  expect(process.memoryUsage().rss - before).toBeLessThan(50_000_000)
  // Nor would it help to have no pixels: damage is found by decoding only.
  expect(await acceptPhoto(pngOf(30_000, 30_000, Buffer.from('no pixels')))).toMatchObject({ code: 'TOO_MANY_PIXELS' })
})

test('50 megapixels are taken, 51 are not', async () => {
  const grey = (width: number) =>
    sharp({ create: { width, height: 5000, channels: 3, background: '#888' } })
      .jpeg()
      .toBuffer()
  expect(await acceptPhoto(await grey(10_000))).toMatchObject({ ok: true, value: { width: 3200, height: 1600 } })
  expect(await acceptPhoto(await grey(10_200))).toMatchObject({ code: 'TOO_MANY_PIXELS', width: 10_200, height: 5000 })
})

test.each([
  ['JPEG', () => jpeg],
  ['PNG', () => png],
  ['WebP', () => pixels.clone().webp({ lossless: true }).toBuffer()],
  ['AVIF', () => pixels.clone().avif({ effort: 0, quality: 90 }).toBuffer()],
] as const)('a %s that ends too soon, at once or later, or goes on as a page, is damaged', async (_, make) => {
  const whole = await make()
  expect(await acceptPhoto(whole)).toMatchObject({ ok: true })
  for (const end of [12, Math.floor(whole.length / 2), whole.length - 20]) {
    expect(await acceptPhoto(whole.subarray(0, end))).toEqual({ ok: false, code: 'DAMAGED' })
  }
  expect(await acceptPhoto(Buffer.concat([whole.subarray(0, 12), Buffer.from(PAGE)]))).toEqual({ ok: false, code: 'DAMAGED' })
})

test('what moves is refused, also as a WebP, and what is too small to look at', async () => {
  const frames = await sharp({ create: { width: 700, height: 1400, channels: 3, background: '#888' } })
    .composite([{ input: { create: { width: 700, height: 700, channels: 3, background: '#222' } }, left: 0, top: 0 }])
    .removeAlpha()
    .raw()
    .toBuffer()
  const moving = await sharp(frames, { raw: { width: 700, height: 1400, channels: 3, pageHeight: 700 } })
    .webp()
    .toBuffer()
  expect(await acceptPhoto(moving)).toEqual({ ok: false, code: 'ANIMATED', pages: 2 })
  expect(await acceptPhoto(await pixels.clone().resize(900, 599).jpeg().toBuffer())).toMatchObject({ code: 'TOO_SMALL', height: 599 })
})

test('whatever bytes are changed, the answer is a value, and what is accepted is clean', async () => {
  const kinds = [jpeg, png, await pixels.clone().webp().toBuffer(), await pixels.clone().avif({ effort: 0 }).toBuffer()]
  let random = 42
  const next = (below: number) => {
    random = (random * 1_103_515_245 + 12_345) % 2 ** 31
    return random % below
  }
  for (let turn = 0; turn < 120; turn += 1) {
    const bytes = Buffer.from(kinds[turn % kinds.length] as Buffer)
    for (let change = 0; change < 1 + next(8); change += 1) bytes[next(turn % 2 ? 200 : bytes.length)] = next(256)
    const answer = await acceptPhoto(bytes)
    if (answer.ok) await expectClean(answer.value)
  }
})

/** A grey PNG of one bit a pixel, with these bytes as its pixels. */
function pngOf(width: number, height: number, packed: Buffer): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header[8] = 1
  return Buffer.concat([png.subarray(0, 8), chunk('IHDR', header), chunk('IDAT', packed), chunk('IEND', '')])
}

function chunk(type: string, data: Buffer | string): Buffer {
  const body = Buffer.concat([Buffer.from(type), Buffer.from(data)])
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(body.length - 4)
  check.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, check])
}

/** With one more chunk, after the first. */
function withChunk(image: Buffer, added: Buffer): Buffer {
  const first = 8 + 12 + 13
  return Buffer.concat([image.subarray(0, first), added, image.subarray(first)])
}

function segment(marker: number, text: string): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0])
  head.writeUInt16BE(text.length + 2, 2)
  return Buffer.concat([head, Buffer.from(text)])
}
