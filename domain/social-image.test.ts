import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isSocialImageFile, SOCIAL_IMAGE, socialCrop, socialImagePath } from './social-image.ts'

const share = fc.double({ min: 0, max: 1, noNaN: true })
const side = fc.integer({ min: 1, max: 9000 })

test('a crop lies within the photograph, has the ratio of the picture to the pixel, and leaves no side of the photograph unused', () => {
  fc.assert(
    fc.property(side, side, share, share, (width, height, focalX, focalY) => {
      const crop = socialCrop({ width, height }, { focalX, focalY })
      expect(crop.left).toBeGreaterThanOrEqual(0)
      expect(crop.top).toBeGreaterThanOrEqual(0)
      expect(crop.left + crop.width).toBeLessThanOrEqual(width)
      expect(crop.top + crop.height).toBeLessThanOrEqual(height)
      expect(crop.width === width || crop.height === height).toBe(true)
      expect(Math.abs(crop.width / SOCIAL_IMAGE.width - crop.height / SOCIAL_IMAGE.height) * SOCIAL_IMAGE.height).toBeLessThanOrEqual(1)
    }),
  )
})

test.each([
  [
    { width: 1600, height: 1600 },
    { focalX: 0.5, focalY: 0 },
    { left: 0, top: 0, width: 1600, height: 840 },
  ],
  [
    { width: 1600, height: 1600 },
    { focalX: 0.5, focalY: 1 },
    { left: 0, top: 760, width: 1600, height: 840 },
  ],
  [
    { width: 2000, height: 630 },
    { focalX: 0.25, focalY: 0.5 },
    { left: 200, top: 0, width: 1200, height: 630 },
  ],
])('of %j the eye at %j stays in view', (size, focal, crop) => {
  expect(socialCrop(size, focal)).toEqual(crop)
})

test('another focal point is another address; no other name is taken for such a picture', () => {
  const id = '0123456789abcdef'
  expect(socialImagePath({ id, focalX: 0.5, focalY: 0.4 })).toBe(`/media/${id}/og-50-40.jpg`)
  expect(socialImagePath({ id, focalX: 0.5, focalY: 0.41 })).not.toBe(socialImagePath({ id, focalX: 0.5, focalY: 0.4 }))
  expect(isSocialImageFile('og-50-40.jpg')).toBe(true)
  for (const name of ['og.jpg', 'og-050-40.jpg', 'og-101-0.jpg', 'og-50-40.jpg.part', 'og--1-40.jpg', '320.jpg', 'og-50-40.avif'])
    expect(isSocialImageFile(name)).toBe(false)
})
