import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SOCIAL_IMAGE, socialImageFile } from '#/domain/social-image.ts'
import { testEnv } from '#/drill/engine/test-env.ts'
import { encodeSocialImage, socialImageOf } from './encode-social.ts'
import { photoFile, seedPhotoNames } from './photo-files.ts'
import { imageIdOf } from './recipe.ts'
import { lacksSocialImage, socialFile } from './social-file.ts'

let mediaFolder: string

beforeAll(async () => {
  mediaFolder = await mkdtemp(path.join(os.tmpdir(), 'social-'))
  Object.assign(process.env, testEnv({ MEDIA_DIR: mediaFolder }))
})
afterAll(() => rm(mediaFolder, { recursive: true, force: true }))

const CENTRE = { focalX: 0.5, focalY: 0.5 }
const { width, height, maxBytes } = SOCIAL_IMAGE

test('every photograph of the shop, tall or wide, becomes a JPEG of one size that is small enough to be fetched by who shows it', async () => {
  const names = (await seedPhotoNames()).slice(0, 12)
  for (const name of names) {
    const picture = await socialImageOf(await readFile(photoFile(name)), { focalX: 0.3, focalY: 0.7 })
    expect(await sharp(picture).metadata(), name).toMatchObject({ format: 'jpeg', width, height })
    expect(picture.length, name).toBeLessThanOrEqual(maxBytes)
  }
})

test('what can hardly be compressed is made coarser until it is small enough', async () => {
  const noise = await sharp({
    create: { width: 1600, height: 1200, channels: 3, background: 'grey', noise: { type: 'gaussian', mean: 128, sigma: 60 } },
  })
    .jpeg({ quality: 95 })
    .toBuffer()
  const fine = await sharp(noise).resize(width, height).jpeg({ quality: 80, mozjpeg: true }).toBuffer()
  expect(fine.length).toBeGreaterThan(maxBytes)
  expect((await socialImageOf(noise, CENTRE)).length).toBeLessThan(fine.length / 2)
})

test.each([
  ['the left', 0, 'red'],
  ['the right', 1, 'blue'],
])('the eye at %s is kept in view', async (_, focalX, colour) => {
  const half = (background: string) =>
    sharp({ create: { width: 2000, height: 600, channels: 3, background } })
      .png()
      .toBuffer()
  const photo = await sharp({ create: { width: 4000, height: 600, channels: 3, background: 'black' } })
    .composite([
      { input: await half('red'), left: 0, top: 0 },
      { input: await half('blue'), left: 2000, top: 0 },
    ])
    .jpeg()
    .toBuffer()
  const { dominant } = await sharp(await socialImageOf(photo, { focalX, focalY: 0.5 })).stats()
  expect(colour === 'red' ? dominant.r - dominant.b : dominant.b - dominant.r).toBeGreaterThan(150)
})

test('a photograph that was taken with a turned camera is cropped as it is looked at', async () => {
  const upright = await sharp({ create: { width: 900, height: 1600, channels: 3, background: 'white' } })
    .composite([
      {
        input: await sharp({ create: { width: 900, height: 700, channels: 3, background: 'red' } })
          .png()
          .toBuffer(),
        left: 0,
        top: 0,
      },
    ])
    .jpeg()
    .toBuffer()
  const turned = await sharp(upright).rotate(-90).withMetadata({ orientation: 6 }).jpeg().toBuffer()
  for (const photo of [upright, turned]) {
    const { dominant } = await sharp(await socialImageOf(photo, { focalX: 0.5, focalY: 0 })).stats()
    expect(dominant).toMatchObject({ b: expect.toSatisfy((blue: number) => blue < 60) })
  }
})

test('it is made once, whole, and anew for another focal point; a file that is no such photograph is refused', async () => {
  const [name = ''] = await seedPhotoNames()
  const id = imageIdOf(await readFile(photoFile(name)))
  expect(await lacksSocialImage({ id, ...CENTRE })).toBe(true)
  expect(await encodeSocialImage(id, name, CENTRE)).toBe(true)
  expect(await encodeSocialImage(id, name, CENTRE)).toBe(false)
  expect(await encodeSocialImage(id, name, { focalX: 0, focalY: 0 })).toBe(true)
  expect((await readdir(path.join(mediaFolder, id))).sort()).toEqual(['og-0-0.jpg', 'og-50-50.jpg'])
  await writeFile(socialFile(id, socialImageFile(CENTRE)), '')
  expect(await encodeSocialImage(id, name, CENTRE)).toBe(true)
  await expect(encodeSocialImage('0123456789abcdef', name, CENTRE)).rejects.toThrow('is not image')
})
