import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { LINE_MAX_QUANTITY } from '#/domain/cart.ts'
import { productCodeOf } from '#/domain/sku.ts'
import { variantPath } from '#/domain/variant-path.ts'
import { readCredits } from '../seed/read-photos.ts'
import { catalogue } from './catalogue.ts'

const products = catalogue.flatMap((category) => category.products)
const variants = products.flatMap((product) => product.variants)

test('there are at least 45 products in six categories, a dozen of them with something to choose, two with two options', () => {
  expect(products.length).toBeGreaterThanOrEqual(45)
  expect(catalogue.length).toBeGreaterThanOrEqual(6)
  expect(products.filter((product) => product.options.length > 0).length).toBeGreaterThanOrEqual(12)
  expect(products.filter((product) => product.options.length === 2).length).toBeGreaterThanOrEqual(2)
})

test('codes, slugs and SKUs are unique, and every SKU begins with its product', () => {
  for (const names of [
    products.map((p) => p.code),
    products.map((p) => p.slug),
    variants.map((v) => v.sku),
    catalogue.map((c) => c.slug),
  ]) {
    expect(new Set(names).size).toBe(names.length)
  }
  for (const product of products) for (const variant of product.variants) expect(productCodeOf(variant.sku)).toBe(product.code)
})

test('every photograph is shown and credited, and none is missing', async () => {
  const shown = products.flatMap((product) => product.photos)
  const credits = await readCredits()
  expect(new Set(shown.map((photo) => photo.file))).toEqual(new Set(credits.keys()))
  for (const { file, focal, alt } of shown) {
    expect(existsSync(`prisma/photos/${file}`)).toBe(true)
    for (const part of focal) expect(part).toBeGreaterThan(0)
    for (const part of focal) expect(part).toBeLessThan(1)
    expect(alt.length).toBeGreaterThan(30)
  }
})

test('variants are the choices of their product, each once', () => {
  for (const product of products) {
    const names = product.options.map((option) => option.name)
    for (const variant of product.variants) expect(Object.keys(variant.choices)).toEqual(names)
    const count = product.options.reduce((all, option) => all * option.values.length, 1)
    expect(product.variants).toHaveLength(count)
  }
})

test('every variant has an address of its own', () => {
  const paths = products.flatMap(({ slug, options, variants: own }) =>
    own.map(({ choices }) =>
      variantPath(
        slug,
        options,
        options.map(({ name }) => choices[name] ?? ''),
      ),
    ),
  )
  expect(new Set(paths).size).toBe(variants.length)
  expect(paths).toContain('/p/canvas-high-tops/off-white/42')
})

test('a few galleries have two photographs or more, and no photograph stands for two products', () => {
  expect(products.filter(({ photos }) => photos.length > 1).length).toBeGreaterThanOrEqual(3)
  const files = products.flatMap(({ photos }) => photos.map(({ file }) => file))
  expect(new Set(files).size).toBe(files.length)
})

test('prices are whole cents, and what it cost before was more', () => {
  for (const variant of variants) {
    expect(Number.isInteger(variant.price) && variant.price > 0).toBe(true)
    if (variant.was !== null) expect(variant.was).toBeGreaterThan(variant.price)
    expect(variant.limit).toBeGreaterThanOrEqual(1)
    expect(variant.limit).toBeLessThanOrEqual(LINE_MAX_QUANTITY)
    expect(Number.isInteger(variant.stock) && variant.stock >= 0).toBe(true)
    expect(variant.grams).toBeGreaterThan(0)
  }
})

test('copy keeps to its form: a short summary, two paragraphs or more, four to seven details, no exclamation marks', () => {
  for (const product of products) {
    const text = [product.summary, ...product.text].join(' ')
    expect(product.summary.length, product.code).toBeLessThanOrEqual(140)
    expect(product.text.length, product.code).toBeGreaterThanOrEqual(2)
    expect(Object.keys(product.details).length, product.code).toBeGreaterThanOrEqual(4)
    expect(Object.keys(product.details).length, product.code).toBeLessThanOrEqual(7)
    expect(text, product.code).not.toMatch(/[!]|\p{Extended_Pictographic}/u)
  }
})

test('brands that the photographs show are not named', () => {
  const brands = /\b(nike|adidas|converse|sony|kodak|nikon|polaroid|rolleiflex|fuji(film)?|title|lg|asus|apple|macbook|ipad|imac)\b/i
  for (const product of products) {
    const words = [
      product.name,
      product.summary,
      ...product.text,
      ...product.photos.map((photo) => photo.alt),
      ...Object.values(product.details),
    ]
    expect(words.join(' '), product.code).not.toMatch(brands)
  }
})

test('a few things are scarce, a few sold out, and no two descriptions open alike', () => {
  expect(
    products.filter((product) => product.variants.reduce((sum, variant) => sum + variant.stock, 0) <= 3).length,
  ).toBeGreaterThanOrEqual(2)
  expect(variants.some((variant) => variant.stock === 0)).toBe(true)
  const openings = products.map((product) => product.text[0]?.split(' ').slice(0, 3).join(' '))
  expect(new Set(openings).size).toBe(openings.length)
})
